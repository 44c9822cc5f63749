package com.kpisuite.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ValuesTest {
  @Test
  void decimalsAreWrittenPlainAndWithoutTrailingZeros() {
    assertEquals("1000", Decimals.text(new BigDecimal("1E+3")));
    assertEquals("-0.5", Decimals.text(new BigDecimal("-0.500")));
    assertEquals("0", Decimals.text(new BigDecimal("0.00")));
  }

  @Test
  void decimalsOf34DigitsSurviveAndLongerOnesAreRefused() {
    String longest = "1234567890.123456789012345678901234";
    assertEquals(longest, Decimals.text(Decimals.of(longest).orElseThrow()));
    assertThrows(ArithmeticException.class, () -> Decimals.text(new BigDecimal(longest + "5")));
  }

  @Test
  void anEmptyFieldIsNoNumber() {
    assertTrue(Decimals.of("").isEmpty());
  }

  @Test
  void aMantissaIsExactOrRefused() {
    assertEquals(1250, Decimals.mantissa(new BigDecimal("12.5"), 2));
    assertThrows(ArithmeticException.class, () -> Decimals.mantissa(new BigDecimal("0.001"), 2));
    assertThrows(ArithmeticException.class, () -> Decimals.mantissa(new BigDecimal("1E+19"), 0));
  }

  @Test
  void timesKeepTheirNanosecondsToBothEndsOfTheRange() {
    for (long unixNano : new long[] {0, -1, 1_743_415_200_123_456_789L, Long.MIN_VALUE,
        Long.MAX_VALUE}) {
      Instant time = Times.ofUnixNano(unixNano);
      assertEquals(unixNano, Times.unixNano(time));
      assertEquals(time, Times.instant(Times.timestamp(time)));
    }
    assertThrows(ArithmeticException.class, () -> Times.unixNano(Instant.MAX));
  }

  @Test
  void aTokenIsNotSentWithoutTls() {
    KpiClient.Builder builder = KpiClient.builder("localhost:1").plaintext().token("secret");
    assertThrows(IllegalStateException.class, builder::build);
  }
}
