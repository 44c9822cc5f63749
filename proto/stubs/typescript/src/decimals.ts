import { Big } from "big.js";

/** Most significant digits of a value. */
export const MAX_DIGITS = 34;

const MIN_MANTISSA = -(2n ** 63n);
const MAX_MANTISSA = 2n ** 63n - 1n;
const MAX_SCALE = 18;

/**
 * The number a field holds; undefined when the field is empty, which means that there is no value.
 * @throws RangeError if the text is no decimal
 */
export function parseDecimal(text: string): Big | undefined {
  if (text === "") return undefined;
  try {
    return new Big(text);
  } catch {
    throw new RangeError(`got '${text}', want a decimal`);
  }
}

/**
 * The text of a number as the contract writes it: plain, without trailing zeros.
 * @throws RangeError if it has more than 34 significant digits
 */
export function decimalText(value: Big | string): string {
  const number = required(value);
  if (number.c.length > MAX_DIGITS) {
    throw new RangeError(`got ${number.c.length} significant digits, want at most ${MAX_DIGITS}`);
  }
  return number.c[0] === 0 ? "0" : number.toFixed();
}

/**
 * The mantissa of a number at a metric's scale: 12.5 at scale 2 is 1250n.
 * @throws RangeError if it has more places than the scale, or does not fit 64 bits
 */
export function toMantissa(value: Big | string, scale: number): bigint {
  const number = required(value);
  // The number is 0.cccc or cc.cc: what stands after its first digit, and the zeros behind it.
  const zeros = scale + number.e - (number.c.length - 1);
  const isZero = number.c[0] === 0;
  if (!isZero && (zeros < 0 || zeros > MAX_SCALE)) throw noMantissa(number, scale);
  const digits = BigInt(number.c.join("")) * (isZero ? 0n : 10n ** BigInt(zeros));
  const mantissa = number.s < 0 ? -digits : digits;
  if (mantissa < MIN_MANTISSA || mantissa > MAX_MANTISSA) throw noMantissa(number, scale);
  return mantissa;
}

/** The number of a mantissa: 1250n at scale 2 is 12.5. */
export function fromMantissa(mantissa: bigint, scale: number): Big {
  return new Big(`${mantissa}e-${scale}`);
}

/** Whether a number fits the 64 bits of a mantissa or a time. */
export function fits64Bits(value: bigint): boolean {
  return value >= MIN_MANTISSA && value <= MAX_MANTISSA;
}

function required(value: Big | string): Big {
  const number = typeof value === "string" ? parseDecimal(value) : value;
  if (number === undefined) throw new RangeError("got '', want a decimal");
  return number;
}

function noMantissa(value: Big, scale: number): RangeError {
  return new RangeError(`${value.toString()} is no 64-bit mantissa at scale ${scale}`);
}
