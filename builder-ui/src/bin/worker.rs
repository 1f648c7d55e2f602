//! The program of the builder's worker: what journeys do, away from the page.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tradewind_builder::worker::serve(tradewind_builder::questions::answer);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("The builder's worker runs in a browser: `make run` builds it, serves it and says where.");
}
