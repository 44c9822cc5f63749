package com.kpisuite.client;

import java.math.BigDecimal;
import java.util.Optional;

/** Exact numbers of the contract: plain decimal texts of at most 34 significant digits. */
public final class Decimals {
  /** Most significant digits of a value. */
  public static final int MAX_DIGITS = 34;

  private Decimals() {}

  /**
   * The number a field holds; empty when the field is empty, which means that there is no value.
   *
   * @throws NumberFormatException if the text is not a decimal
   */
  public static Optional<BigDecimal> of(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(new BigDecimal(text));
  }

  /**
   * The text of a number as the contract writes it: plain, without trailing zeros.
   *
   * @throws ArithmeticException if it has more than 34 significant digits
   */
  public static String text(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    if (stripped.precision() > MAX_DIGITS) {
      throw new ArithmeticException(
          stripped.precision() + " significant digits, want at most " + MAX_DIGITS);
    }
    return stripped.toPlainString();
  }

  /**
   * The mantissa of a number at a metric's scale: 12.5 at scale 2 is 1250.
   *
   * @throws ArithmeticException if the number has more places than the scale or does not fit
   */
  public static long mantissa(BigDecimal value, int scale) {
    return value.setScale(scale).unscaledValue().longValueExact();
  }
}
