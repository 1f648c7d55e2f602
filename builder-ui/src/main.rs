//! The program the browser starts.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tradewind_builder::start();
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("The builder runs in a browser: `make run` builds it, serves it and says where.");
}
