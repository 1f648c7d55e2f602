//! What is done with the rows of a table as time goes by and people come, turn out to be one, and go.

/// Everything decided about the rows of a table. Every table says all of it, or it does not compile.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Of which subject a row is.
    pub shard: Shard,
    /// What becomes of the rows of a customer who is merged into another.
    pub merge: Merge,
    /// When rows go by themselves.
    pub retention: Retention,
    /// What becomes of rows when a person is erased.
    pub erasure: Erasure,
    /// Which columns a person is given who asks what is kept about them.
    pub export: Export,
}

/// Of which subject a row is. Everything about one subject is of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shard {
    /// Of the workspace or the installation: of no shard.
    None,
    /// Of the customer in this column; `stored` is the column that repeats the number of the shard.
    Customer {
        /// The column that names the customer.
        column: &'static str,
        /// The column that holds the shard's number.
        stored: Option<&'static str>,
    },
    /// Of the subject of the run in this column.
    Run {
        /// The column that names the run.
        column: &'static str,
    },
    /// Of the journey in this column, which has no subject of its own.
    Journey {
        /// The column that names the journey.
        column: &'static str,
    },
    /// Of whatever the body says; the column holds the number.
    Stored {
        /// The column that holds the shard's number.
        column: &'static str,
    },
}

/// What becomes of the rows of a customer who is merged into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// No row is a customer's, or they follow what they belong to.
    None,
    /// The rows become those of the other, and of the other's shard if the shard is stored.
    Move {
        /// The column that names the customer.
        column: &'static str,
    },
    /// As `Move`; the column `key` is unique and names its person: who holds it is settled first, by the re-entry rule.
    Rekey {
        /// The column that names the customer.
        column: &'static str,
        /// The key that names its person.
        key: &'static str,
    },
    /// The rows go: they are worked out anew for the other.
    Drop {
        /// The column that names the customer.
        column: &'static str,
    },
}

/// How long rows stay by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// Until somebody removes them; the reason.
    Forever(&'static str),
    /// A row goes in the commit that has used it.
    Used,
    /// Rows go with the row they belong to.
    With {
        /// The table of the owner.
        table: &'static str,
        /// The column that names the owner by its key.
        column: &'static str,
        /// Common SQL: rows that stay although the owner goes; empty when none does.
        stay: &'static str,
    },
    /// Rows go when they are old.
    Aged(Aged),
}

/// Rows go when `column` is older than `keep`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aged {
    /// When the row became history.
    pub column: &'static str,
    /// What `column` counts.
    pub unit: Unit,
    /// How long it is kept.
    pub keep: Keep,
    /// In which order old rows are looked for.
    pub path: Path,
    /// Common SQL: rows that stay all the same; empty when none does.
    pub stay: &'static str,
    /// Rows that stay but lose their content.
    pub thin: Option<Thin>,
}

impl Aged {
    /// History: as old as the setting says, in microseconds, all of it.
    #[must_use]
    pub const fn history(column: &'static str, path: Path) -> Self {
        Self { column, unit: Unit::Micros, keep: Keep::History, path, stay: "", thin: None }
    }

    /// Kept for so many days.
    #[must_use]
    pub const fn days(column: &'static str, days: u16) -> Self {
        Self { column, unit: Unit::Micros, keep: Keep::Days(days), path: Path::Key, stay: "", thin: None }
    }
}

/// In which order old rows of a table are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// By the primary key, the whole table.
    Key,
    /// By the primary key, which is an id that was made before the row became history and tells when (UUIDv7): only older ids.
    Age,
    /// By an index on `workspace_id` and the column.
    Workspace,
}

/// Rows that must stay for what their key says and lose everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thin {
    /// Common SQL: which rows.
    pub which: &'static str,
    /// The column whose emptiness says that it has been done, and what is written into it.
    pub blank: (&'static str, &'static str),
}

/// What an instant in a column counts, since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds.
    Micros,
    /// Days.
    Days,
}

/// How long history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As long as the setting of the history says.
    History,
    /// As `History`, and at least as far back as a live journey looks.
    LookedAt,
    /// So many days.
    Days(u16),
}

/// How the rows of a person are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// By the column that names the customer.
    Customer(&'static str),
    /// By the column that names one of the customer's runs.
    Run(&'static str),
    /// By the column that names one of the messages to the customer.
    Delivery(&'static str),
    /// By what the customer is called, anywhere in these texts: the row names nobody.
    Mention(&'static [&'static str]),
    /// By whom the message in this column is about, or by what they are called in it: the row names nobody.
    Subject(&'static str),
}

/// What becomes of rows when a person is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// Nothing in the table is of a person.
    None,
    /// The rows go.
    Delete(&'static [Find]),
    /// The rows stay as a mark; these columns are overwritten, each with a literal of common SQL.
    Blank {
        /// How the rows are found.
        find: &'static [Find],
        /// The columns, each with what it gets.
        columns: &'static [(&'static str, &'static str)],
    },
    /// The law wants the rows: they stay as long, without these columns.
    Law {
        /// How the rows are found.
        find: &'static [Find],
        /// The columns overwritten, each with what it gets.
        columns: &'static [(&'static str, &'static str)],
        /// The column from which the time counts, in microseconds.
        from: &'static str,
        /// How many years.
        years: u16,
        /// Which duty it is, for the certificate.
        duty: &'static str,
    },
}

/// Which columns a person is given who asks what is kept about them; rows are found as [`Erasure`] finds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// Nothing: the rows are not of a person, or say nothing that other tables do not.
    None,
    /// These columns.
    Columns(&'static [&'static str]),
}

impl Erasure {
    /// How the rows of a person are found, each way for itself; empty when there are none.
    #[must_use]
    pub const fn find(&self) -> &'static [Find] {
        match self {
            Self::None => &[],
            Self::Delete(find) | Self::Blank { find, .. } | Self::Law { find, .. } => find,
        }
    }
}
