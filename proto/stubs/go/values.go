package kpisuite

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"time"

	"github.com/shopspring/decimal"
)

const (
	// MaxDigits is how many significant digits an exact number of the contract has at most.
	MaxDigits = 34
	// Beyond it a plain text would fill the memory.
	maxExponent = 6176
)

// ErrNoValue is the error of an empty field: there is no value.
var ErrNoValue = errors.New("kpisuite: the field is empty: there is no value")

var (
	decimalSyntax = regexp.MustCompile(`^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,6})?$`)
	ten           = big.NewInt(10)
)

// ParseDecimal returns the exact number a field holds. The error is [ErrNoValue] for an empty
// field.
func ParseDecimal(text string) (decimal.Decimal, error) {
	if text == "" {
		return decimal.Decimal{}, ErrNoValue
	}
	if !decimalSyntax.MatchString(text) {
		return decimal.Decimal{}, fmt.Errorf("kpisuite: got %q, want a decimal", text)
	}
	number, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("kpisuite: got %q, want a decimal: %w", text, err)
	}
	if exponent := number.Exponent(); exponent > maxExponent || exponent < -maxExponent {
		return decimal.Decimal{}, fmt.Errorf(
			"kpisuite: got %q, want an exponent of at most %d", text, maxExponent)
	}
	return number, nil
}

// DecimalText returns a number as the contract writes it: plain, without trailing zeros. A number
// of more than 34 significant digits is an error, never rounded.
func DecimalText(number decimal.Decimal) (string, error) {
	digits, exponent := normal(number)
	if count := len(new(big.Int).Abs(digits).Text(10)); count > MaxDigits {
		return "", fmt.Errorf(
			"kpisuite: got %d significant digits, want at most %d", count, MaxDigits)
	}
	if exponent > maxExponent || exponent < -maxExponent {
		return "", fmt.Errorf("kpisuite: got exponent %d, want at most %d", exponent, maxExponent)
	}
	return number.String(), nil
}

// ToMantissa returns the mantissa of a number at a metric's scale: 12.5 at scale 2 is 1250. More
// places than the scale, or more than 64 bits, are an error.
func ToMantissa(number decimal.Decimal, scale int32) (int64, error) {
	digits, exponent := normal(number)
	if digits.Sign() == 0 {
		return 0, nil
	}
	// An int64 has at most 19 digits.
	if zeros := int64(exponent) + int64(scale); zeros >= 0 && zeros < 19 {
		mantissa := new(big.Int).Exp(ten, big.NewInt(zeros), nil)
		if mantissa.Mul(mantissa, digits).IsInt64() {
			return mantissa.Int64(), nil
		}
	}
	return 0, fmt.Errorf(
		"kpisuite: %ve%d is no 64-bit mantissa at scale %d", digits, exponent, scale)
}

// FromMantissa returns the number of a mantissa: 1250 at scale 2 is 12.5.
func FromMantissa(mantissa int64, scale int32) decimal.Decimal {
	return decimal.New(mantissa, -scale)
}

// normal returns digits without trailing zeros, and their exponent; 0 for 0.
func normal(number decimal.Decimal) (digits *big.Int, exponent int32) {
	digits, exponent = number.Coefficient(), number.Exponent()
	if digits.Sign() == 0 {
		return digits, 0
	}
	var rest big.Int
	for {
		quotient, _ := new(big.Int).QuoRem(digits, ten, &rest)
		if rest.Sign() != 0 {
			return digits, exponent
		}
		digits, exponent = quotient, exponent+1
	}
}

// UnixNano returns nanoseconds since the epoch, as samples have them; time.Unix(0, n) is the way
// back. An error outside the years 1677 to 2262.
func UnixNano(t time.Time) (int64, error) {
	if t.Before(time.Unix(0, math.MinInt64)) || t.After(time.Unix(0, math.MaxInt64)) {
		return 0, fmt.Errorf("kpisuite: got %v, want a time of the years 1677 to 2262", t)
	}
	return t.UnixNano(), nil
}
