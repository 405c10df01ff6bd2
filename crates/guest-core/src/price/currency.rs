//! Money, as prices state it.

use core::fmt;

use crate::text::text_form;

/// Names a currency by its three letters of ISO 4217, such as `USD`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The dollar of the United States.
    pub const USD: Self = Self(*b"USD");

    /// Reads three letters, in either case.
    ///
    /// # Errors
    ///
    /// Returns [`BadCurrency`] for everything else.
    pub fn parse(text: &str) -> Result<Self, BadCurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| BadCurrency)?;
        if !letters.iter().all(u8::is_ascii_alphabetic) {
            return Err(BadCurrency);
        }
        Ok(Self(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    /// Returns the three letters, in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns how many decimal places the minor unit is away from the major one (ISO 4217).
    #[must_use]
    pub const fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// Returns how `minor` units are written for people.
    ///
    /// ```
    /// # use guest_core::Currency;
    /// assert_eq!(Currency::USD.amount(9_005).to_string(), "90.05 USD");
    /// ```
    #[must_use]
    pub const fn amount(self, minor: u64) -> Amount {
        Amount { minor, currency: self }
    }
}

text_form!(Currency, BadCurrency, as_str);

/// A text does not name a currency.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a currency has the three letters of ISO 4217, such as USD")]
pub struct BadCurrency;

/// An amount of money as people write it; see [`Currency::amount`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Amount {
    minor: u64,
    currency: Currency,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minor, currency } = *self;
        let decimals = currency.decimals();
        let unit = 10_u64.pow(decimals);
        if decimals == 0 {
            return write!(f, "{minor} {currency}");
        }
        let width = usize::try_from(decimals).map_err(|_| fmt::Error)?;
        write!(f, "{}.{:0width$} {currency}", minor / unit, minor % unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cr_20_a_currency_has_three_letters() {
        assert_eq!(Currency::parse("eur").map(|eur| eur.to_string()), Ok("EUR".to_owned()));
        for bad in ["", "US", "USDT", "U$D", "12€", "é1", "U D"] {
            assert_eq!(Currency::parse(bad), Err(BadCurrency), "{bad}");
        }
    }

    #[test]
    fn cr_20_minor_units_are_written_as_the_currency_has_them() {
        #[track_caller]
        fn check(currency: &str, minor: u64, text: &str) {
            assert_eq!(Currency::parse(currency).unwrap().amount(minor).to_string(), text);
        }
        check("USD", 0, "0.00 USD");
        check("USD", 1_000, "10.00 USD");
        check("USD", 7, "0.07 USD");
        check("JPY", 1_500, "1500 JPY");
        check("KWD", 1_005, "1.005 KWD");
        check("CLF", 20_001, "2.0001 CLF");
    }
}
