//! What scripts may call, told to those who write them.

/// A function of scripts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called and what comes of it.
    pub says: &'static str,
}

const fn told(name: &'static str, says: &'static str) -> Function {
    Function { name, says }
}

/// Every function beyond the language's own, in the order of their use.
pub const FUNCTIONS: [Function; 22] = [
    told("go", "go(\"port\", #{…}): leaves by a way, with an output"),
    told("sleep", "sleep(\"1h\"): comes back then, with resume == \"woke\""),
    told("exit", "exit(\"why\"): ends the run"),
    told("fail", "fail(\"why\"): the failed way, or an incident"),
    told("set", "set(#{plan: \"pro\"}): sets traits of the customer"),
    told("add_tag", "add_tag(\"vip\")"),
    told("remove_tag", "remove_tag(\"lead\")"),
    told("record", "record(\"Event\", #{…}): records an event of the customer"),
    told("now", "now(): the moment of the step"),
    told("random", "random(): from 0 to 1, the same on every replay"),
    told("time_plus", "time_plus(now(), \"2d\")"),
    told("time_minus", "time_minus(now(), \"2d\")"),
    told("days_between", "days_between(from, to)"),
    told("seconds_between", "seconds_between(from, to)"),
    told("decimal", "decimal(\"19.90\"): an exact number, for money"),
    told("parse_json", "parse_json(text)"),
    told("to_json", "to_json(value)"),
    told("join", "join(list, \", \")"),
    told("replaced", "replaced(text, \"find\", \"with\")"),
    told("replace", "text.replace(\"find\", \"with\"): in place"),
    told("len", "len(list): how many"),
    told("contains", "contains(text, \"part\")"),
];

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;
    use std::collections::BTreeSet;

    #[test]
    fn every_function_of_ours_is_told_of_and_no_other() {
        let ours: BTreeSet<&str> =
            include_str!("functions.rs").split("register_fn(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let of_the_language = BTreeSet::from(["len", "contains"]);
        let told: BTreeSet<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
        assert_eq!(told.len(), FUNCTIONS.len());
        assert_eq!(told, ours.union(&of_the_language).copied().collect());
    }
}
