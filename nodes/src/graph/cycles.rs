//! Ways round that take no time.

use std::collections::{HashMap, HashSet, VecDeque};

/// The strongly connected parts of a graph in which one can go round: those of several nodes, and nodes that lead to
/// themselves. `next[n]` are the nodes after `n`. Each node and edge is looked at once (Tarjan), without recursion: a chain of
/// a thousand nodes must not need a thousand frames.
pub(super) fn knots(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut order = vec![NEW; next.len()];
    let mut low = vec![0; next.len()];
    let mut open = vec![false; next.len()];
    let (mut stack, mut count, mut found) = (Vec::new(), 0, Vec::new());
    for root in 0..next.len() {
        if order[root] != NEW {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, tried)) = path.pop() {
            if tried == 0 {
                (order[node], low[node], open[node]) = (count, count, true);
                count += 1;
                stack.push(node);
            } else {
                // Back from the child tried last.
                low[node] = low[node].min(low[next[node][tried - 1]]);
            }
            let mut child = tried;
            while let Some(&to) = next[node].get(child) {
                if order[to] == NEW {
                    break;
                }
                if open[to] {
                    low[node] = low[node].min(order[to]);
                }
                child += 1;
            }
            if let Some(&to) = next[node].get(child) {
                path.push((node, child + 1));
                path.push((to, 0));
                continue;
            }
            if low[node] == order[node] {
                let mut part = Vec::new();
                while let Some(member) = stack.pop() {
                    open[member] = false;
                    part.push(member);
                    if member == node {
                        break;
                    }
                }
                if part.len() > 1 || next[node].contains(&node) {
                    found.push(part);
                }
            }
        }
    }
    found
}

/// The shortest way from `start` back to itself through nodes of `part` alone, `start` at both ends. It looks at the nodes of
/// `part` and their edges only, so that many small knots cost no more than one large one.
pub(super) fn round(next: &[Vec<usize>], part: &[usize], start: usize) -> Vec<usize> {
    let inside: HashSet<usize> = part.iter().copied().collect();
    let mut before: HashMap<usize, usize> = HashMap::with_capacity(part.len());
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &to in next[node].iter().filter(|to| inside.contains(to)) {
            if before.contains_key(&to) {
                continue;
            }
            before.insert(to, node);
            if to == start {
                return walked(&before, start);
            }
            queue.push_back(to);
        }
    }
    vec![start]
}

fn walked(before: &HashMap<usize, usize>, start: usize) -> Vec<usize> {
    let mut way = vec![start];
    let mut at = start;
    while let Some(&previous) = before.get(&at) {
        way.push(previous);
        if previous == start {
            break;
        }
        at = previous;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let mut found = knots(next);
        found.iter_mut().for_each(|part| part.sort_unstable());
        found.sort();
        found
    }

    #[test]
    fn knots_are_found_and_walked() {
        let next = vec![vec![1], vec![2, 4], vec![0], vec![3], vec![5], vec![]];
        assert_eq!(sorted(&next), vec![vec![0, 1, 2], vec![3]]);
        assert_eq!(round(&next, &[0, 1, 2], 1), vec![1, 2, 0, 1]);
        assert_eq!(round(&next, &[3], 3), vec![3, 3]);
    }

    #[test]
    fn they_agree_with_plain_reachability() {
        let mut dice = crate::graph::generate::Dice::new(7);
        for _ in 0..300 {
            let n = 1 + dice.below(12);
            let next: Vec<Vec<usize>> = (0..n).map(|_| (0..dice.below(3)).map(|_| dice.below(n)).collect()).collect();
            let mut reach = vec![vec![false; n]; n];
            for (from, tos) in next.iter().enumerate() {
                tos.iter().for_each(|&to| reach[from][to] = true);
            }
            for k in 0..n {
                for i in 0..n {
                    for j in 0..n {
                        reach[i][j] |= reach[i][k] && reach[k][j];
                    }
                }
            }
            let found = sorted(&next);
            for (i, from_i) in reach.iter().enumerate() {
                assert_eq!(found.iter().any(|part| part.contains(&i)), from_i[i], "{next:?}");
                for (j, from_j) in reach.iter().enumerate() {
                    let together = found.iter().any(|part| part.contains(&i) && part.contains(&j));
                    assert_eq!(together, from_i[j] && from_j[i], "{next:?}");
                }
            }
        }
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let n = 200_000;
        let next: Vec<Vec<usize>> = (0..n).map(|i| vec![(i + 1) % n]).collect();
        assert_eq!(knots(&next)[0].len(), n);
    }

    #[test]
    fn many_small_knots_cost_no_more_than_one_large() {
        // Quadratic work would be ten thousand million looks here.
        let n = 100_000;
        let next: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
        let found = knots(&next);
        assert_eq!(found.len(), n);
        assert!(found.iter().all(|part| round(&next, part, part[0]) == [part[0], part[0]]));
    }
}
