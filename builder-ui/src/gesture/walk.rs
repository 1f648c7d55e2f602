//! The way of the keyboard over the canvas: along the wires where there are some, else to what lies nearest that way.

use super::geometry::Point;
use super::keys::Direction;
use super::scene::{Card, Scene};
use tradewind_nodes::id::NodeId;

/// The card to begin with: the highest, the leftmost of several.
#[must_use]
pub fn first(scene: &Scene) -> Option<&NodeId> {
    let order = |a: &&Card, b: &&Card| a.rect.y.total_cmp(&b.rect.y).then(a.rect.x.total_cmp(&b.rect.x));
    scene.cards().iter().min_by(order).map(|card| &card.id)
}

/// The card next to `from` in a direction.
#[must_use]
pub fn neighbour<'s>(scene: &'s Scene, from: &NodeId, direction: Direction) -> Option<&'s NodeId> {
    let here = scene.card(from)?;
    let linked = match direction {
        Direction::Down => scene.after(from),
        Direction::Up => scene.before(from),
        Direction::Left | Direction::Right => Vec::new(),
    };
    // Along a wire, but never against the arrow pressed: a wire back up is no way down.
    let along = linked.into_iter().filter_map(|id| scene.card(id)).filter(|card| ahead(here, card, direction).is_some());
    let nearest_linked = match direction {
        // The first port is the main way on.
        Direction::Down => along.into_iter().next(),
        _ => along.min_by(|a, b| cost(here, a, direction).total_cmp(&cost(here, b, direction))),
    };
    nearest_linked.or_else(|| by_place(scene, here, direction)).map(|card| &card.id)
}

fn by_place<'s>(scene: &'s Scene, here: &Card, direction: Direction) -> Option<&'s Card> {
    let that_way = scene.cards().iter().filter(|card| card.id != here.id && ahead(here, card, direction).is_some());
    that_way.min_by(|a, b| cost(here, a, direction).total_cmp(&cost(here, b, direction)))
}

/// How far `card` lies ahead; None when it does not.
fn ahead(here: &Card, card: &Card, direction: Direction) -> Option<f64> {
    let by = card.rect.center() - here.rect.center();
    let far = match direction {
        Direction::Up => -by.y,
        Direction::Down => by.y,
        Direction::Left => -by.x,
        Direction::Right => by.x,
    };
    (far > 4.0).then_some(far)
}

/// Straight ahead is near, aside is far: twice as far, and more where sideways steps should stay in their row.
fn cost(here: &Card, card: &Card, direction: Direction) -> f64 {
    let Point { x, y } = card.rect.center() - here.rect.center();
    match direction {
        Direction::Up | Direction::Down => y.abs() + 2.0 * x.abs(),
        Direction::Left | Direction::Right => x.abs() + 4.0 * y.abs(),
    }
}

/// Every node in the order in which a reader meets them: from each trigger along the ports, then what nothing leads to. Each
/// with its depth, for an outline; a node met a second time is not told again.
#[must_use]
pub fn reading_order(scene: &Scene) -> Vec<(NodeId, usize)> {
    let mut seen = std::collections::HashSet::new();
    let mut order = Vec::with_capacity(scene.cards().len());
    let roots = scene.cards().iter().filter(|card| !card.entry || scene.before(&card.id).is_empty());
    let rest = scene.cards().iter();
    for root in roots.chain(rest) {
        let mut ahead = vec![(&root.id, 0)];
        while let Some((id, depth)) = ahead.pop() {
            if !seen.insert(id) {
                continue;
            }
            order.push((id.clone(), depth));
            let after = scene.after(id);
            // A chain is read down, only branches go in.
            let deeper = depth + usize::from(after.len() > 1);
            ahead.extend(after.into_iter().rev().map(|next| (next, deeper)));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::scene::tests::{id, scene};
    use super::*;
    use Direction::{Down, Left, Right, Up};

    fn fork() -> Scene {
        scene(
            &[("start", 0.0, 0.0), ("if", 0.0, 120.0), ("a", -140.0, 240.0), ("b", 140.0, 240.0), ("end", 0.0, 360.0)],
            &[("start", "next", "if"), ("if", "yes", "a"), ("if", "no", "b"), ("a", "next", "end"), ("b", "next", "if")],
        )
    }

    fn go(from: &str, directions: &[Direction]) -> String {
        let scene = fork();
        let mut at = id(from);
        for direction in directions {
            if let Some(next) = neighbour(&scene, &at, *direction) {
                at = next.clone();
            }
        }
        at.to_string()
    }

    #[test]
    fn arrows_follow_the_wires_and_then_the_eye() {
        assert_eq!(first(&fork()), Some(&id("start")));
        assert_eq!(go("start", &[Down]), "if");
        assert_eq!(go("start", &[Down, Down]), "a");
        assert_eq!(go("if", &[Down, Right]), "b");
        assert_eq!(go("b", &[Left]), "a");
        assert_eq!(go("end", &[Up]), "a");
        // The wire from b leads back up: down from b is what lies below.
        assert_eq!(go("b", &[Down]), "end");
        assert_eq!(go("start", &[Up]), "start");
    }

    #[test]
    fn every_card_can_be_reached_by_arrows_alone() {
        let scene = fork();
        let mut reached = vec![id("start")];
        let mut n = 0;
        while n < reached.len() {
            for direction in [Up, Down, Left, Right] {
                if let Some(next) = neighbour(&scene, &reached[n].clone(), direction)
                    && !reached.contains(next)
                {
                    reached.push(next.clone());
                }
            }
            n += 1;
        }
        assert_eq!(reached.len(), scene.cards().len());
    }

    #[test]
    fn the_outline_tells_each_node_once() {
        let told: Vec<(String, usize)> = reading_order(&fork()).into_iter().map(|(id, depth)| (id.to_string(), depth)).collect();
        let expected = [("start", 0), ("if", 0), ("a", 1), ("end", 1), ("b", 1)].map(|(id, depth)| (id.to_owned(), depth));
        assert_eq!(told, expected);
        let lone = scene(&[("a", 0.0, 0.0), ("b", 0.0, 90.0)], &[("a", "next", "b"), ("b", "next", "a")]);
        assert_eq!(reading_order(&lone).len(), 2);
    }
}
