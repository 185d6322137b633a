/* literal.c -- see literal.h. */
#include "code/literal.h"
#include "code/opcode.h"

#include <string.h>

enum { MANTISSA_BITS = 52, EXPONENT_BIAS = 1023, MAX_POWER = 22 };
#define MAX_EXACT 9007199254740992u /* 2^53 */
#define DEFAULT_NAN 0x7ff8000000000000u
#define INFINITE 0x7ff0000000000000u
#define SIGN_BIT 0x8000000000000000u

static double to_double(uint64_t bits) {
  double d;
  memcpy(&d, &bits, sizeof d);
  return d;
}

static uint64_t to_bits(double d) {
  uint64_t bits;
  memcpy(&bits, &d, sizeof bits);
  return bits;
}

static double power_of_ten(unsigned n) { /* exact up to 22 */
  static const double powers[MAX_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  return powers[n];
}

/* mantissa * 10^exponent as a value of `type`; both within the exact range. */
static uint64_t decimal_bits(uint32_t type, uint64_t mantissa, int exponent) {
  double d = (double)mantissa;
  d = exponent < 0 ? d / power_of_ten((unsigned)-exponent) : d * power_of_ten((unsigned)exponent);
  return to_bits(type == TYPE_F32 && d <= 3.4028234663852886e38 ? (double)(float)d : d);
}

/* -- printing -- */

/* The decimal with the fewest places that reads back as `bits` (no sign); 0 when the fast path has none. */
static int find_decimal(uint32_t type, uint64_t bits, uint64_t *mantissa, int *exponent) {
  double d = to_double(bits);
  for (int places = 0; places <= MAX_POWER; places++) {
    double scaled = d * power_of_ten((unsigned)places) + 0.5;
    if (!(scaled < (double)MAX_EXACT)) break;
    *mantissa = (uint64_t)scaled;
    *exponent = -places;
    if (decimal_bits(type, *mantissa, *exponent) == bits) return 1;
  }
  for (int zeros = 1; zeros <= MAX_POWER; zeros++) {
    double scaled = d / power_of_ten((unsigned)zeros) + 0.5;
    if (!(scaled < (double)MAX_EXACT)) continue;
    *mantissa = (uint64_t)scaled;
    *exponent = zeros;
    if (*mantissa && decimal_bits(type, *mantissa, *exponent) == bits) return 1;
  }
  return 0;
}

static void print_decimal(CodeText *out, uint64_t mantissa, int exponent) {
  char digits[48];
  size_t n = sizeof digits;
  int places = exponent < 0 && exponent >= -17 ? -exponent : 0;
  for (int i = 0; i < places; i++, mantissa /= 10) digits[--n] = (char)('0' + mantissa % 10);
  if (places) digits[--n] = '.';
  do digits[--n] = (char)('0' + mantissa % 10);
  while (mantissa /= 10);
  text_add(out, digits + n, sizeof digits - n);
  if (!places && !exponent) text_put(out, ".0");
  if (places || !exponent) return;
  text_put(out, "e");
  text_number(out, exponent);
}

static void print_hex_float(CodeText *out, uint64_t bits) {
  int exponent = (int)(bits >> MANTISSA_BITS);
  uint64_t mantissa = bits & (((uint64_t)1 << MANTISSA_BITS) - 1);
  text_put(out, exponent ? "0x1" : "0x0");
  if (mantissa) text_put(out, ".");
  for (; mantissa; mantissa = mantissa << 4 & (((uint64_t)1 << MANTISSA_BITS) - 1))
    text_add(out, &"0123456789abcdef"[mantissa >> (MANTISSA_BITS - 4)], 1);
  text_put(out, "p");
  text_number(out, exponent ? exponent - EXPONENT_BIAS : 1 - EXPONENT_BIAS);
}

/* Six digits of a hexadecimal float for the reader's eye; not exact, and in a comment. */
static void print_approximation(CodeText *out, double d) {
  int exponent = 0;
  for (; d >= 10 && exponent < 400; exponent++) d /= 10;
  for (; d < 1 && exponent > -400; exponent--) d *= 10;
  uint64_t six = (uint64_t)(d * 1e5 + 0.5);
  text_put(out, "  ; about ");
  print_decimal(out, six, -5);
  text_put(out, "e");
  text_number(out, exponent);
}

static void print_float(CodeText *out, uint32_t type, uint64_t bits) {
  uint64_t size = bits & ~SIGN_BIT, mantissa;
  int exponent;
  if (size > INFINITE && bits != DEFAULT_NAN) {
    text_put(out, "nan:");
    text_hex(out, bits, 16);
    return;
  }
  if (bits & SIGN_BIT) text_put(out, "-");
  if (size > INFINITE) text_put(out, "nan");
  else if (size == INFINITE) text_put(out, "inf");
  else if (find_decimal(type, size, &mantissa, &exponent)) print_decimal(out, mantissa, exponent);
  else {
    print_hex_float(out, size);
    print_approximation(out, to_double(size));
  }
}

void literal_print(CodeText *out, uint32_t type, uint64_t bits) {
  char c = (char)bits;
  switch (type) {
  case TYPE_F32: case TYPE_F64: print_float(out, type, bits); return;
  case TYPE_BOOL:
    if (bits > 1) break;
    text_put(out, bits ? "true" : "false");
    return;
  case TYPE_CHAR:
    if (bits <= 32 || bits >= 127 || c == '\'' || c == '\\') {
      text_hex(out, bits, 2);
      return;
    }
    text_put(out, "'");
    text_add(out, &c, 1);
    text_put(out, "'");
    return;
  case TYPE_I8: case TYPE_I16: case TYPE_I32: case TYPE_I64: text_number(out, (int64_t)bits); return;
  default: break;
  }
  text_unsigned(out, bits);
}

/* -- parsing -- */

static int digit_of(char c, unsigned base) {
  int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
  return d < (int)base ? d : -1;
}

static int starts_hex(const char *text, size_t n) { return n > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'); }

int literal_integer(const char *text, size_t n, uint64_t *magnitude, int *negative) {
  *negative = n && *text == '-';
  if (*negative) text++, n--;
  unsigned base = starts_hex(text, n) ? 16 : 10;
  if (base == 16) text += 2, n -= 2;
  if (!n) return 0;
  *magnitude = 0;
  for (size_t i = 0; i < n; i++) {
    int d = digit_of(text[i], base);
    if (d < 0 || *magnitude > (UINT64_MAX - (unsigned)d) / base) return 0;
    *magnitude = *magnitude * base + (unsigned)d;
  }
  return 1;
}

static const char *parse_integer(uint32_t type, const char *text, size_t n, uint64_t *bits) {
  static const uint64_t limits[] = {[TYPE_I8] = INT8_MAX,   [TYPE_I16] = INT16_MAX,   [TYPE_I32] = INT32_MAX, [TYPE_I64] = INT64_MAX,
                                    [TYPE_U8] = UINT8_MAX,  [TYPE_U16] = UINT16_MAX,  [TYPE_U32] = UINT32_MAX, [TYPE_U64] = UINT64_MAX,
                                    [TYPE_BOOL] = 1,        [TYPE_CHAR] = 0x10ffff};
  uint64_t magnitude;
  int negative, is_signed = type <= TYPE_I64;
  if (!literal_integer(text, n, &magnitude, &negative)) return "an integer of this type is needed here";
  if (magnitude > limits[type] + (negative && is_signed) || (negative && magnitude && !is_signed)) return "the number is out of the range of its type";
  if (type == TYPE_CHAR && magnitude >= 0xd800 && magnitude <= 0xdfff) return "surrogates are not characters";
  *bits = negative ? 0 - magnitude : magnitude;
  return NULL;
}

/* [-]exponent digits from `text` on, at most 5 of them. */
static int parse_exponent(const char *text, size_t n, int *exponent) {
  uint64_t magnitude;
  int negative;
  if (n && *text == '+') text++, n--;
  if (!literal_integer(text, n, &magnitude, &negative) || magnitude > 99999) return 0;
  *exponent = negative ? -(int)magnitude : (int)magnitude;
  return 1;
}

/* Digits with one optional point; `places` counts those behind it.  Returns how much was read; 0 when there is no digit or they do not fit. */
static size_t parse_digits(const char *text, size_t n, unsigned base, uint64_t *mantissa, int *places) {
  size_t i = 0, digits = 0;
  int point = 0;
  *mantissa = 0;
  *places = 0;
  for (; i < n; i++) {
    if (text[i] == '.' && !point) {
      point = 1;
      continue;
    }
    int d = digit_of(text[i], base);
    if (d < 0) break;
    if (*mantissa > (UINT64_MAX - (unsigned)d) / base) return 0;
    *mantissa = *mantissa * base + (unsigned)d;
    *places += point;
    digits++;
  }
  return digits ? i : 0;
}

static const char *parse_decimal(uint32_t type, const char *text, size_t n, uint64_t *bits) {
  uint64_t mantissa;
  int places, exponent = 0;
  size_t at = parse_digits(text, n, 10, &mantissa, &places);
  if (!at) return "a number is needed here";
  if (at < n && (text[at] != 'e' && text[at] != 'E')) return "a number is needed here";
  if (at < n && !parse_exponent(text + at + 1, n - at - 1, &exponent)) return "the exponent is not a number";
  exponent -= places;
  for (; exponent < 0 && mantissa % 10 == 0 && mantissa; exponent++) mantissa /= 10;
  for (; exponent > MAX_POWER && mantissa && mantissa <= MAX_EXACT / 10; exponent--) mantissa *= 10;
  if (!mantissa) exponent = 0;
  if (mantissa > MAX_EXACT || exponent < -MAX_POWER || exponent > MAX_POWER) return "more digits than are read exactly: write a hexadecimal float";
  *bits = decimal_bits(type, mantissa, exponent);
  return NULL;
}

static const char *parse_hex_float(const char *text, size_t n, uint64_t *bits) {
  uint64_t mantissa;
  int places, exponent;
  size_t at = parse_digits(text + 2, n - 2, 16, &mantissa, &places) + 2;
  if (at == 2 || at >= n || (text[at] != 'p' && text[at] != 'P') || !parse_exponent(text + at + 1, n - at - 1, &exponent))
    return "a hexadecimal float looks like 0x1.8p+3";
  *bits = 0;
  if (!mantissa) return NULL;
  exponent -= 4 * places;
  for (; mantissa >> (MANTISSA_BITS + 1); mantissa >>= 1, exponent++)
    if (mantissa & 1) return "the float is not exact in binary64";
  for (; !(mantissa >> MANTISSA_BITS); mantissa <<= 1) exponent--;
  exponent += MANTISSA_BITS;
  if (exponent > EXPONENT_BIAS) return "the float is too large";
  for (; exponent < 1 - EXPONENT_BIAS; mantissa >>= 1, exponent++)
    if (!mantissa || (mantissa & 1)) return "the float is too small";
  int is_normal = (int)(mantissa >> MANTISSA_BITS);
  *bits = (mantissa & (((uint64_t)1 << MANTISSA_BITS) - 1)) | (is_normal ? (uint64_t)(exponent + EXPONENT_BIAS) << MANTISSA_BITS : 0);
  return NULL;
}

static int is_word(const char *text, size_t n, const char *word) { return n == strlen(word) && !memcmp(text, word, n); }

static const char *parse_nan(const char *text, size_t n, uint64_t *bits) {
  int negative;
  if (literal_integer(text, n, bits, &negative) && !negative && (*bits & ~SIGN_BIT) > INFINITE) return NULL;
  return "these are not the bits of a NaN";
}

static const char *parse_float(uint32_t type, const char *text, size_t n, uint64_t *bits) {
  if (n > 4 && !memcmp(text, "nan:", 4)) return parse_nan(text + 4, n - 4, bits);
  uint64_t sign = n && *text == '-' ? SIGN_BIT : 0;
  if (sign) text++, n--;
  const char *wrong = NULL;
  if (is_word(text, n, "inf")) *bits = INFINITE;
  else if (is_word(text, n, "nan")) *bits = DEFAULT_NAN;
  else wrong = starts_hex(text, n) ? parse_hex_float(text, n, bits) : parse_decimal(type, text, n, bits);
  if (!wrong) *bits |= sign;
  if (wrong || type != TYPE_F32 || (*bits & ~SIGN_BIT) >= INFINITE) return wrong;
  double d = to_double(*bits & ~SIGN_BIT);
  return d <= 3.4028234663852886e38 && (double)(float)d == d ? NULL : "the value is no f32";
}

const char *literal_parse(uint32_t type, const char *text, size_t n, uint64_t *bits) {
  if (type == TYPE_F32 || type == TYPE_F64) return parse_float(type, text, n, bits);
  if (type == TYPE_BOOL && (is_word(text, n, "true") || is_word(text, n, "false"))) return *bits = n == 4, NULL;
  if (type == TYPE_CHAR && n == 3 && text[0] == '\'' && text[2] == '\'' && text[1] > 32 && text[1] < 127) return *bits = (unsigned char)text[1], NULL;
  return parse_integer(type, text, n, bits);
}
