//! Money in minor units with its currency.

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

/// An amount of money: minor units (cents, yen, fils) by ISO 4217 and the currency they count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; 1999 in EUR is 19.99 €, in JPY it is 1999 ¥.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// How many decimal digits the currency has by ISO 4217 (0 for JPY, 2 for EUR, 3 for KWD; 0 where ISO names none).
    #[must_use]
    pub fn digits(currency: Currency) -> u32 {
        currency.exponent().map_or(0, u32::from)
    }
    /// From a decimal in major units, as shops send it (`19.99`); rounds half away from zero to the minor unit.
    /// None when it does not fit.
    #[must_use]
    pub fn from_major(major: rust_decimal::Decimal, currency: Currency) -> Option<Self> {
        use rust_decimal::{RoundingStrategy, prelude::ToPrimitive};
        let scale = rust_decimal::Decimal::from(10i64.pow(Self::digits(currency)));
        let minor = major.checked_mul(scale)?.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()?;
        Some(Self { minor, currency })
    }
    /// In major units.
    #[must_use]
    pub fn major(self) -> rust_decimal::Decimal {
        rust_decimal::Decimal::new(self.minor, Self::digits(self.currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn minor_units_follow_the_currency() {
        let major = rust_decimal::Decimal::from_str("19.995").unwrap();
        assert_eq!(Money::from_major(major, Currency::EUR).unwrap().minor, 2000);
        assert_eq!(Money::from_major(major, Currency::JPY).unwrap().minor, 20);
        assert_eq!(Money::from_major(major, Currency::KWD).unwrap().minor, 19_995);
    }
}
