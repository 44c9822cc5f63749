//! Exact numbers of the contract: plain decimal texts of at most 34 significant digits.

use std::str::FromStr;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::BigDecimal;

/// Most significant digits of a value.
pub const MAX_DIGITS: u64 = 34;

/// Why a number cannot be translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecimalError {
    /// The text is no decimal.
    Syntax(String),
    /// More significant digits than [`MAX_DIGITS`].
    TooManyDigits(u64),
    /// More places than the scale, or beyond 64 bits.
    NoMantissa(String),
}

impl std::fmt::Display for DecimalError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Syntax(text) => write!(out, "got '{text}', want a decimal"),
            Self::TooManyDigits(digits) => {
                write!(
                    out,
                    "got {digits} significant digits, want at most {MAX_DIGITS}"
                )
            }
            Self::NoMantissa(text) => write!(out, "{text} is no 64-bit mantissa at that scale"),
        }
    }
}

impl std::error::Error for DecimalError {}

/// The number a field holds; `None` when the field is empty, which means that there is no value.
pub fn parse(text: &str) -> Result<Option<BigDecimal>, DecimalError> {
    if text.is_empty() {
        return Ok(None);
    }
    BigDecimal::from_str(text)
        .map(Some)
        .map_err(|_| DecimalError::Syntax(text.to_owned()))
}

/// The text of a number as the contract writes it: plain, without trailing zeros.
pub fn text(value: &BigDecimal) -> Result<String, DecimalError> {
    let normal = value.normalized();
    if normal.digits() > MAX_DIGITS {
        return Err(DecimalError::TooManyDigits(normal.digits()));
    }
    Ok(normal.to_plain_string())
}

/// The mantissa of a number at a metric's scale: 12.5 at scale 2 is 1250.
pub fn mantissa(value: &BigDecimal, scale: u8) -> Result<i64, DecimalError> {
    let refused = || DecimalError::NoMantissa(value.to_string());
    let (digits, places) = value.normalized().into_bigint_and_exponent();
    let zeros = i64::from(scale) - places;
    // An i64 has at most 19 digits: more zeros only fit behind 0, which has none.
    let zeros = u32::try_from(zeros)
        .ok()
        .filter(|zeros| *zeros < 20)
        .ok_or_else(refused)?;
    i64::try_from(digits * BigInt::from(10).pow(zeros)).map_err(|_| refused())
}

/// The number of a mantissa: 1250 at scale 2 is 12.5.
pub fn of_mantissa(mantissa: i64, scale: u8) -> BigDecimal {
    BigDecimal::new(BigInt::from(mantissa), i64::from(scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> BigDecimal {
        parse(text).unwrap().unwrap()
    }

    #[test]
    fn decimals_are_written_plain_and_without_trailing_zeros() {
        assert_eq!(text(&number("1E+3")).unwrap(), "1000");
        assert_eq!(text(&number("-0.500")).unwrap(), "-0.5");
        assert_eq!(text(&number("0.00")).unwrap(), "0");
    }

    #[test]
    fn decimals_of_34_digits_survive_and_longer_ones_are_refused() {
        let longest = "1234567890.123456789012345678901234";
        assert_eq!(text(&number(longest)).unwrap(), longest);
        let longer = number(&format!("{longest}5"));
        assert_eq!(text(&longer), Err(DecimalError::TooManyDigits(35)));
    }

    #[test]
    fn an_empty_field_is_no_number() {
        assert_eq!(parse(""), Ok(None));
        assert!(parse("twelve").is_err());
    }

    #[test]
    fn a_mantissa_is_exact_or_refused() {
        assert_eq!(mantissa(&number("12.5"), 2), Ok(1250));
        assert_eq!(mantissa(&number("0"), 9), Ok(0));
        assert_eq!(mantissa(&number("9223372036.854775807"), 9), Ok(i64::MAX));
        assert!(mantissa(&number("0.001"), 2).is_err());
        assert!(mantissa(&number("1E+19"), 0).is_err());
        assert_eq!(of_mantissa(1250, 2), number("12.5"));
    }
}
