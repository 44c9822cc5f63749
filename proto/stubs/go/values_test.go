package kpisuite_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	kpisuite "kpisuite.com/go"
)

const longest = "1234567890.123456789012345678901234"

func TestDecimalsAreWrittenPlainAndWithoutTrailingZeros(t *testing.T) {
	for text, want := range map[string]string{
		"1E+3": "1000", "-0.500": "-0.5", "0.00": "0", "-0": "0", "+.5": "0.5", "5.": "5",
		longest: longest, "1e33": "1" + "000000000000000000000000000000000",
		"100000000000000000000000000000000000000": "100000000000000000000000000000000000000",
	} {
		number, err := kpisuite.ParseDecimal(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := kpisuite.DecimalText(number); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
}

func TestWhatIsNoDecimalOrTooLongIsRefused(t *testing.T) {
	for _, text := range []string{"twelve", "1,5", "NaN", "Inf", ".", "1e", "0x1", " 1", "1 ",
		".+5", "1_0", "1e999999", "1e-999999", "1e99999999999", "--1", "1.2.3"} {
		if number, err := kpisuite.ParseDecimal(text); err == nil {
			t.Errorf("%q is taken as %v", text, number)
		}
	}
	if _, err := kpisuite.ParseDecimal(""); !errors.Is(err, kpisuite.ErrNoValue) {
		t.Errorf("got %v, want ErrNoValue", err)
	}
	number, err := kpisuite.ParseDecimal(longest + "5")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := kpisuite.DecimalText(number); err == nil {
		t.Errorf("35 digits are written as %s", text)
	}
}

func TestAMantissaIsExactOrRefused(t *testing.T) {
	for _, each := range []struct {
		text  string
		scale int32
		want  int64
	}{
		{"12.5", 2, 1250}, {"0", 9, 0}, {"1e3", 0, 1000}, {"1e3", 15, 1_000_000_000_000_000_000},
		{"9223372036.854775807", 9, math.MaxInt64}, {"-9223372036.854775808", 9, math.MinInt64},
	} {
		number, err := kpisuite.ParseDecimal(each.text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := kpisuite.ToMantissa(number, each.scale)
		if err != nil || got != each.want {
			t.Errorf("%s at %d: got %d, %v, want %d", each.text, each.scale, got, err, each.want)
		}
		if back := kpisuite.FromMantissa(got, each.scale); !back.Equal(number) {
			t.Errorf("%s at %d: got %v back", each.text, each.scale, back)
		}
	}
	for text, scale := range map[string]int32{
		"0.001": 2, "1E+19": 0, "1e6000": 0, "9223372036.854775808": 9} {
		number, err := kpisuite.ParseDecimal(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := kpisuite.ToMantissa(number, scale); err == nil {
			t.Errorf("%s at %d is taken as %d", text, scale, got)
		}
	}
}

func TestTimesKeepTheirNanosecondsToBothEndsOfTheRange(t *testing.T) {
	for _, nanos := range []int64{0, -1, 1_743_415_200_123_456_789, math.MinInt64, math.MaxInt64} {
		at := time.Unix(0, nanos)
		if got, err := kpisuite.UnixNano(at); err != nil || got != nanos {
			t.Errorf("got %d, %v, want %d", got, err, nanos)
		}
		if back := timestamppb.New(at).AsTime(); !back.Equal(at) {
			t.Errorf("got %v as a message, want %v", back, at)
		}
	}
	for _, at := range []time.Time{{}, time.Unix(0, math.MaxInt64).Add(1),
		time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got, err := kpisuite.UnixNano(at); err == nil {
			t.Errorf("%v is taken as %d", at, got)
		}
	}
}
