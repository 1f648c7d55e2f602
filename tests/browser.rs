//! The builder in a real browser: `tests/browser/suites/*.js`, each on a server of its own.

use crate::support::server::{Server, Site};
use std::path::Path;
use std::process::Command;

/// Runs a suite; its output is the test's.
async fn browse(site: &Site, server: &Server, suite: &str, settings: &[(&str, &str)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    assert!(folder.join("node_modules/playwright-core").is_dir(), "the browser's driver is not there: run `make prepare` once");
    let left = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let mut command = Command::new("node");
    command.arg("run.js").arg(suite).current_dir(folder).env("FOLDER", left);
    command.env("ADDRESS", format!("http://{}", server.address)).env("KEY", &server.key);
    command.env("DATABASE", site.folder().join("tradewind.db"));
    command.envs(settings.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().expect("node starts")).await.unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

async fn alone(suite: &str, settings: &[(&str, &str)]) {
    let mut site = Site::new(&[]);
    let server = site.start().await;
    browse(&site, &server, suite, settings).await;
}

macro_rules! suites {
    ($($(#[$doc:meta])* $test:ident: $suite:literal $(, $name:literal = $value:literal)*;)*) => {$(
        $(#[$doc])*
        #[tokio::test]
        async fn $test() {
            alone($suite, &[$(($name, $value)),*]).await;
        }
    )*};
}

suites! {
    every_screen_is_accessible_in_english_by_day: "axe", "THEME" = "light", "LANGUAGE" = "en";
    every_screen_is_accessible_in_english_by_night: "axe", "THEME" = "dark", "LANGUAGE" = "en";
    every_screen_is_accessible_in_arabic_by_day: "axe", "THEME" = "light", "LANGUAGE" = "ar";
    every_screen_is_accessible_in_arabic_by_night: "axe", "THEME" = "dark", "LANGUAGE" = "ar";
    every_language_has_its_own_words_and_fits: "languages";
    a_newcomer_builds_cart_recovery_by_hand: "newcomer";
    a_newcomer_builds_cart_recovery_by_keys_alone: "newcomer_keys";
    the_canvas_does_what_hands_and_keys_ask_for: "canvas";
    the_canvas_works_by_finger_and_from_right_to_left: "canvas_hands";
    small_screens_hold_everything_and_a_journey_is_built_on_one: "small_screens";
    a_hundred_edits_can_be_undone_and_done_again: "canvas_many_edits";
    two_people_who_edit_one_draft_lose_nothing: "conflict";
    publishing_with_people_inside_and_the_life_of_a_journey: "publish";
    steps_that_failed_are_mended: "incidents";
    what_could_not_be_routed_is_tried_again_or_thrown_away: "dead_letters";
    what_a_journey_asks_is_answered: "tasks";
    there_is_an_answer_to_why: "why";
    recipes_are_copied_filled_in_and_live: "recipes";
    a_kind_of_ones_own_is_written_placed_and_passed: "kinds";
    trouble_around_the_editor_loses_nothing: "trouble";
    whatever_people_bring_along_is_taken_or_refused_in_words: "strange_input";
    people_are_seen_on_their_way: "live";
    the_first_screens_can_be_pressed_everywhere: "first_screen";
    many_tabs_share_one_stream: "tabs";
    the_palette_finds_whatever_can_be_gone_to_or_done: "palette";
    a_customer_is_told_what_is_kept_and_erased: "personal";
}
