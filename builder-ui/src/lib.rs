//! The builder: what a person sees of Tradewind, compiled to WebAssembly and served by the same binary.
//!
//! It also compiles natively, so that everything without a browser in it is tested like any other code.

pub mod api;
pub mod app;
pub mod browser;
pub mod editor;
pub mod form;
pub mod gesture;
pub mod i18n;
pub mod pages;
pub mod parts;
pub mod questions;
pub mod said;
pub mod session;
pub mod shell;
pub mod ui;
pub mod words;
pub mod worker;

/// Shows the builder on the page: chooses the language, fetches its words, signs in where the address says so.
#[cfg(target_arch = "wasm32")]
pub fn start() {
    // A program that ends says why, to whoever looks at the browser's console.
    std::panic::set_hook(Box::new(|why| leptos::logging::error!("{why}")));
    // Whatever is begun before the first view may spawn too. It fails only where it was done before.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    wasm_bindgen_futures::spawn_local(async {
        let remembered = browser::remembered("language");
        let language = i18n::choose(remembered.as_deref(), &browser::languages());
        if !i18n::load(language).await {
            i18n::load(i18n::Language::En).await;
        }
        shell::theme::apply_remembered();
        session::begin().await;
        leptos::mount::mount_to_body(app::App);
    });
}
