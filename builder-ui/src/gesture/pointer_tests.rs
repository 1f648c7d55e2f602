use super::*;

fn id(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn down(pointer: i32, device: Device, x: f64, y: f64, target: Target, now: f64) -> Input {
    Input::Down { pointer, device, button: Button::Main, held: Held::default(), at: Point::new(x, y), target, now }
}

fn moved(pointer: i32, x: f64, y: f64) -> Input {
    Input::Move { pointer, at: Point::new(x, y), held: Held::default() }
}

fn up(pointer: i32, x: f64, y: f64, now: f64) -> Input {
    Input::Up { pointer, at: Point::new(x, y), now }
}

/// The intents of some inputs from rest, and the phase they end in.
fn play(inputs: impl IntoIterator<Item = Input>) -> (Phase, Vec<Intent>) {
    play_from(State::default(), inputs)
}

fn play_from(mut state: State, inputs: impl IntoIterator<Item = Input>) -> (Phase, Vec<Intent>) {
    let mut all = Vec::new();
    for input in inputs {
        let (next, intents) = step(state, input);
        state = next;
        all.extend(intents);
    }
    (state.phase, all)
}

fn card() -> Target {
    Target::Card(id("a"))
}

#[test]
fn a_trembling_click_is_a_click_and_two_are_an_opening() {
    let (phase, intents) = play([
        down(1, Device::Mouse, 10.0, 10.0, card(), 0.0),
        moved(1, 12.0, 11.0),
        up(1, 12.0, 11.0, 80.0),
        down(1, Device::Mouse, 12.0, 11.0, card(), 200.0),
        up(1, 12.0, 11.0, 260.0),
    ]);
    assert_eq!(phase, Phase::Idle);
    assert_eq!(intents, [Intent::Click { target: card(), held: Held::default() }, Intent::Open(card())]);
}

#[test]
fn slow_clicks_and_clicks_elsewhere_are_no_double_click() {
    let other = Target::Card(id("b"));
    for (target, now) in [(card(), 900.0), (other, 200.0)] {
        let (_, intents) = play([
            down(1, Device::Mouse, 0.0, 0.0, card(), 0.0),
            up(1, 0.0, 0.0, 50.0),
            down(1, Device::Mouse, 0.0, 0.0, target, now),
            up(1, 0.0, 0.0, now + 40.0),
        ]);
        assert!(intents.iter().all(|i| matches!(i, Intent::Click { .. })), "{intents:?}");
    }
}

#[test]
fn a_card_is_dragged_from_where_it_was_grabbed() {
    let (phase, intents) =
        play([down(1, Device::Mouse, 10.0, 10.0, card(), 0.0), moved(1, 30.0, 10.0), moved(1, 50.0, 20.0), up(1, 50.0, 20.0, 90.0)]);
    assert_eq!(phase, Phase::Idle);
    let grabbed = Grabbed::Card(id("a"));
    let drag = |x, y, at| Intent::Drag { grabbed: grabbed.clone(), by: Point::new(x, y), at, held: Held::default() };
    let expected = [
        Intent::DragBegins(grabbed.clone()),
        drag(20.0, 0.0, Point::new(30.0, 10.0)),
        drag(40.0, 10.0, Point::new(50.0, 20.0)),
        Intent::Drop { grabbed, by: Point::new(40.0, 10.0), at: Point::new(50.0, 20.0) },
    ];
    assert_eq!(intents, expected);
}

#[test]
fn escape_ends_every_gesture_without_effect() {
    for (target, expected) in [
        (card(), Some(Intent::DragCancelled(Grabbed::Card(id("a"))))),
        (Target::Port(id("a"), PortName::NEXT), Some(Intent::ConnectCancelled)),
        (Target::Canvas, None),
    ] {
        let (phase, intents) = play([down(1, Device::Mouse, 0.0, 0.0, target, 0.0), moved(1, 90.0, 0.0), Input::Cancel]);
        assert_eq!(phase, Phase::Idle);
        match expected {
            Some(end) => assert_eq!(intents.last(), Some(&end)),
            None => assert_eq!(intents, [Intent::Pan(Point::new(90.0, 0.0))]),
        }
        // What the hand still does after Escape means nothing.
        let (_, after) = play_from(State::default(), [moved(1, 200.0, 0.0), up(1, 200.0, 0.0, 1.0)]);
        assert_eq!(after, []);
    }
}

#[test]
fn a_port_draws_a_wire() {
    let (_, intents) = play([
        down(1, Device::Pen, 0.0, 0.0, Target::Port(id("a"), PortName::YES), 0.0),
        moved(1, 0.0, 30.0),
        moved(1, 0.0, 90.0),
        up(1, 0.0, 90.0, 9.0),
    ]);
    let at = |y| Point::new(0.0, y);
    let expected = [
        Intent::ConnectBegins(id("a"), PortName::YES),
        Intent::Connect { from: id("a"), port: PortName::YES, at: at(30.0) },
        Intent::Connect { from: id("a"), port: PortName::YES, at: at(90.0) },
        Intent::Connected { from: id("a"), port: PortName::YES, at: at(90.0) },
    ];
    assert_eq!(intents, expected);
}

#[test]
fn the_background_pans_and_with_shift_it_lassoes() {
    let (_, intents) = play([down(1, Device::Mouse, 0.0, 0.0, Target::Canvas, 0.0), moved(1, 10.0, 0.0), moved(1, 15.0, 5.0)]);
    assert_eq!(intents, [Intent::Pan(Point::new(10.0, 0.0)), Intent::Pan(Point::new(5.0, 5.0))]);
    let shift = Held { shift: true, ..Held::default() };
    let press = Input::Down {
        pointer: 1,
        device: Device::Mouse,
        button: Button::Main,
        held: shift,
        at: Point::ZERO,
        target: Target::Canvas,
        now: 0.0,
    };
    let (phase, intents) = play([press, moved(1, 40.0, 30.0), up(1, 40.0, 30.0, 9.0)]);
    let area = Rect::new(0.0, 0.0, 40.0, 30.0);
    assert_eq!(intents, [Intent::Lasso(area), Intent::LassoEnds { area, adding: false }]);
    assert_eq!(phase, Phase::Idle);
}

#[test]
fn the_middle_button_and_the_space_bar_pan_even_over_cards() {
    let middle = Input::Down {
        pointer: 1,
        device: Device::Mouse,
        button: Button::Middle,
        held: Held::default(),
        at: Point::ZERO,
        target: card(),
        now: 0.0,
    };
    let (_, intents) = play([middle, moved(1, 9.0, 0.0)]);
    assert_eq!(intents, [Intent::Pan(Point::new(9.0, 0.0))]);
    let held = State { space: true, ..State::default() };
    let (_, intents) = play_from(held, [down(1, Device::Mouse, 0.0, 0.0, card(), 0.0), moved(1, 0.0, 9.0)]);
    assert_eq!(intents, [Intent::Pan(Point::new(0.0, 9.0))]);
}

#[test]
fn two_fingers_pinch_and_the_one_that_stays_pans() {
    let (phase, intents) = play([
        down(1, Device::Touch, 0.0, 0.0, Target::Canvas, 0.0),
        down(2, Device::Touch, 100.0, 0.0, card(), 5.0),
        moved(2, 200.0, 0.0),
        up(1, 0.0, 0.0, 50.0),
        moved(2, 200.0, 30.0),
    ]);
    let expected =
        [Intent::Pan(Point::new(50.0, 0.0)), Intent::Zoom { factor: 2.0, at: Point::new(100.0, 0.0) }, Intent::Pan(Point::new(0.0, 30.0))];
    assert_eq!(intents, expected);
    assert!(matches!(phase, Phase::Panning { pointer: 2, .. }));
}

#[test]
fn a_second_finger_ends_a_drag_without_effect() {
    let (_, intents) =
        play([down(1, Device::Touch, 0.0, 0.0, card(), 0.0), moved(1, 30.0, 0.0), down(2, Device::Touch, 90.0, 0.0, Target::Canvas, 9.0)]);
    assert_eq!(intents.last(), Some(&Intent::DragCancelled(Grabbed::Card(id("a")))));
}

#[test]
fn a_resting_finger_opens_the_menu_or_lassoes() {
    let rest = [down(1, Device::Touch, 5.0, 5.0, card(), 0.0), Input::Tick { now: 300.0 }, Input::Tick { now: 520.0 }];
    let (phase, intents) = play(rest.clone().into_iter().chain([up(1, 5.0, 5.0, 600.0)]));
    assert_eq!(intents, [Intent::Menu { target: card(), at: Point::new(5.0, 5.0) }]);
    assert_eq!(phase, Phase::Idle);
    let (_, intents) = play(rest.into_iter().chain([moved(1, 45.0, 5.0), up(1, 45.0, 25.0, 900.0)]));
    assert!(matches!(intents.as_slice(), [Intent::Lasso(_), Intent::LassoEnds { adding: true, .. }]), "{intents:?}");
    let mouse = [down(1, Device::Mouse, 5.0, 5.0, card(), 0.0), Input::Tick { now: 900.0 }, up(1, 5.0, 5.0, 901.0)];
    assert!(matches!(play(mouse).1.as_slice(), [Intent::Click { .. }]));
}

#[test]
fn the_second_button_opens_the_menu() {
    let press = Input::Down {
        pointer: 1,
        device: Device::Mouse,
        button: Button::Second,
        held: Held::default(),
        at: Point::ZERO,
        target: card(),
        now: 0.0,
    };
    assert_eq!(play([press, up(1, 0.0, 0.0, 5.0)]).1, [Intent::Menu { target: card(), at: Point::ZERO }]);
}

#[test]
fn other_pointers_are_not_listened_to() {
    let (phase, intents) = play([down(1, Device::Mouse, 0.0, 0.0, card(), 0.0), moved(7, 90.0, 0.0), up(7, 90.0, 0.0, 1.0)]);
    assert!(intents.is_empty() && matches!(phase, Phase::Pressed(_)));
}

#[test]
fn the_wheel_pans_and_with_control_zooms_both_ways_alike() {
    assert_eq!(wheel(Point::new(3.0, 40.0), Held::default(), Point::ZERO), Intent::Pan(Point::new(-3.0, -40.0)));
    let zoom = |y| match wheel(Point::new(0.0, y), Held { primary: true, ..Held::default() }, Point::ZERO) {
        Intent::Zoom { factor, .. } => factor,
        other => panic!("{other:?}"),
    };
    assert!(zoom(-100.0) > 1.0 && (zoom(-100.0) * zoom(100.0) - 1.0).abs() < 1e-9);
    let shift = Held { shift: true, ..Held::default() };
    assert_eq!(wheel(Point::new(0.0, 40.0), shift, Point::ZERO), Intent::Pan(Point::new(-40.0, 0.0)));
}

#[test]
fn a_resting_finger_is_told_of_until_it_means_something_else() {
    let after = |inputs: Vec<Input>| {
        let state = inputs.into_iter().fold(State::default(), |state, input| step(state, input).0);
        state.rest()
    };
    let at = Point::new(40.0, 50.0);
    let finger = || down(1, Device::Touch, 40.0, 50.0, card(), 0.0);
    let tick = |now| Input::Tick { now };
    assert_eq!(after(vec![finger()]), Some(Rest { at, enough: false }));
    // A trembling finger rests where it went down.
    assert_eq!(after(vec![finger(), moved(1, 44.0, 50.0), tick(LONG_PRESS - 1.0)]), Some(Rest { at, enough: false }));
    assert_eq!(after(vec![finger(), tick(LONG_PRESS)]), Some(Rest { at, enough: true }));
    // It leaves, moves on, is joined by another, or is taken away.
    assert_eq!(after(vec![finger(), up(1, 40.0, 50.0, 100.0)]), None);
    assert_eq!(after(vec![finger(), moved(1, 90.0, 50.0)]), None);
    assert_eq!(after(vec![finger(), tick(LONG_PRESS), moved(1, 90.0, 50.0)]), None);
    assert_eq!(after(vec![finger(), down(2, Device::Touch, 200.0, 50.0, Target::Canvas, 60.0)]), None);
    assert_eq!(after(vec![finger(), tick(LONG_PRESS), Input::Cancel]), None);
    // A mouse has a button for the menu, and what is in the palette has none.
    assert_eq!(after(vec![down(1, Device::Mouse, 40.0, 50.0, card(), 0.0)]), None);
    assert_eq!(after(vec![down(1, Device::Touch, 40.0, 50.0, Target::Kind("exit".to_owned()), 0.0)]), None);
}
