/* oracle floats|pairs FUNCTION FILE...: compares results (see points.orus) with those of MPFR. The files are those of different tiers at the same points. Prints for each
 * file the number of points, the greatest error in units of the last place, how many results are not correctly rounded, and the point with the greatest error. A result
 * that is NaN, infinite or zero on one side only counts as an error of 1e9. Pairs that are said to be the nearest float have no error when they are. */
#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <string.h>

typedef int (*One)(mpfr_t, const mpfr_t, mpfr_rnd_t);
typedef int (*Two)(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t);

static int lgamma_of(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd) {
  int sign;
  return mpfr_lgamma(r, &sign, x, rnd);
}

/* exp(-x^2) / sqrt(pi) / (x + 1/2 / (x + 1 / (x + 3/2 / ...))), `depth` deep (Laplace). */
static void erfc_fraction(mpfr_t r, const mpfr_t x, int depth) {
  mpfr_t factor;
  mpfr_init2(factor, mpfr_get_prec(r));
  mpfr_set(r, x, MPFR_RNDN);
  for (int k = depth; k > 0; k--) {
    mpfr_ui_div(r, k, r, MPFR_RNDN);
    mpfr_div_2ui(r, r, 1, MPFR_RNDN);
    mpfr_add(r, r, x, MPFR_RNDN);
  }
  mpfr_const_pi(factor, MPFR_RNDN);
  mpfr_sqrt(factor, factor, MPFR_RNDN);
  mpfr_mul(r, r, factor, MPFR_RNDN);
  mpfr_set_prec(factor, 128);
  mpfr_sqr(factor, x, MPFR_RNDN); /* exactly */
  mpfr_neg(factor, factor, MPFR_RNDN);
  mpfr_exp(factor, factor, MPFR_RNDN);
  mpfr_div(r, factor, r, MPFR_RNDN);
  mpfr_clear(factor);
}

/* As mpfr_erfc, which takes a millisecond for x up to 16: fractions that are one deeper than another are on the two sides of the value. */
static int erfc_of(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd) {
  if (mpfr_cmp_ui(x, 3) < 0 || mpfr_cmp_ui(x, 27) > 0 || mpfr_get_prec(r) > 64) return mpfr_erfc(r, x, rnd);
  mpfr_t above;
  mpfr_inits2(90, above, (mpfr_ptr)0);
  mpfr_set_prec(r, 90);
  erfc_fraction(above, x, 50);
  erfc_fraction(r, x, 51);
  int is_known = mpfr_get_exp(r) == mpfr_get_exp(above);
  mpfr_sub(above, above, r, MPFR_RNDN);
  if (!mpfr_zero_p(above)) is_known = is_known && mpfr_get_exp(above) < mpfr_get_exp(r) - 66;
  mpfr_clear(above);
  mpfr_prec_round(r, 64, rnd);
  return is_known ? 0 : mpfr_erfc(r, x, rnd);
}

static const struct {
  const char *name;
  One one;
  Two two;
} functions[] = {
    {"exp", mpfr_exp, 0},     {"exp2", mpfr_exp2, 0},   {"exp10", mpfr_exp10, 0}, {"expm1", mpfr_expm1, 0}, {"log", mpfr_log, 0},
    {"log2", mpfr_log2, 0},   {"log10", mpfr_log10, 0}, {"log1p", mpfr_log1p, 0}, {"sqrt", mpfr_sqrt, 0},   {"cbrt", mpfr_cbrt, 0},
    {"sin", mpfr_sin, 0},     {"cos", mpfr_cos, 0},     {"tan", mpfr_tan, 0},     {"asin", mpfr_asin, 0},   {"acos", mpfr_acos, 0},
    {"atan", mpfr_atan, 0},   {"sinh", mpfr_sinh, 0},   {"cosh", mpfr_cosh, 0},   {"tanh", mpfr_tanh, 0},   {"asinh", mpfr_asinh, 0},
    {"acosh", mpfr_acosh, 0}, {"atanh", mpfr_atanh, 0}, {"gamma", mpfr_gamma, 0}, {"erf", mpfr_erf, 0},     {"erfc", erfc_of, 0},
    {"pow", 0, mpfr_pow},     {"hypot", 0, mpfr_hypot}, {"atan2", 0, mpfr_atan2}, {"log_gamma", lgamma_of, 0}, {"log_gamma_below_0", lgamma_of, 0},
};

typedef struct {
  mpfr_t x, y, exact, got, difference;
} Numbers;

/* Makes n->exact the value at (x, y), and returns the nearest double. 64 bits tell nearly always which one that is, 160 in the known difficult cases. */
static double value_at(size_t f, Numbers *n, mpfr_prec_t bits, double x, double y) {
  mpfr_set_d(n->x, x, MPFR_RNDN);
  mpfr_set_d(n->y, y, MPFR_RNDN);
  for (;; bits = 160) {
    mpfr_set_prec(n->exact, bits);
    if (functions[f].one) functions[f].one(n->exact, n->x, MPFR_RNDN);
    else functions[f].two(n->exact, n->x, n->y, MPFR_RNDN);
    if (bits == 160 || !mpfr_regular_p(n->exact) || (mpfr_get_exp(n->exact) > -1021 && mpfr_can_round(n->exact, 63, MPFR_RNDN, MPFR_RNDZ, 54))) break;
  }
  return mpfr_get_d(n->exact, MPFR_RNDN);
}

/* A result: (high + low) * 2^exponent. */
typedef struct {
  double high, low, exponent;
} Result;

/* The distance of a result from n->exact in units of the last place that a double of that size has. */
static double error_of(Numbers *n, double nearest, const Result *got) {
  double high = got->high;
  if (isnan(nearest) || isnan(high)) return isnan(nearest) && isnan(high) ? 0 : 1e9;
  if (isinf(nearest) || isinf(high)) {
    if (nearest == high) return 0;
    if (got->exponent == 0 || mpfr_inf_p(n->exact)) return 1e9;
  }
  if (signbit(nearest) != signbit(high) && nearest == 0) return 1e9;
  mpfr_exp_t exponent = mpfr_zero_p(n->exact) ? -1073 : mpfr_get_exp(n->exact);
  mpfr_set_d(n->got, high, MPFR_RNDN);
  mpfr_add_d(n->got, n->got, got->low, MPFR_RNDN);
  mpfr_mul_2si(n->got, n->got, got->exponent, MPFR_RNDN);
  mpfr_sub(n->difference, n->exact, n->got, MPFR_RNDN);
  mpfr_mul_2si(n->difference, n->difference, 53 - (exponent < -1021 ? -1021 : exponent), MPFR_RNDN);
  return fabs(mpfr_get_d(n->difference, MPFR_RNDN));
}

typedef struct {
  FILE *file;
  double worst, x, y;
  long misrounded;
} Answers;

int main(int argc, char **argv) {
  enum { TIERS = 4 };
  Answers tiers[TIERS] = {{0}};
  size_t f = 0, count = argc - 3;
  while (argc > 3 && f < sizeof functions / sizeof *functions && strcmp(functions[f].name, argv[2])) f++;
  if (argc < 4 || count > TIERS || f == sizeof functions / sizeof *functions) return 2;
  for (size_t i = 0; i < count; i++) {
    tiers[i].worst = -1;
    if (!(tiers[i].file = fopen(argv[i + 3], "rb"))) return 2;
  }
  mpfr_set_emin(-1400);
  mpfr_set_emax(1400);
  Numbers n;
  mpfr_inits2(53, n.x, n.y, n.difference, n.exact, (mpfr_ptr)0);
  mpfr_init2(n.got, 160);
  int pairs = argc > 1 && !strcmp(argv[1], "pairs");
  long points = 0;
  struct {
    double x, y;
    Result result;
  } row;
  for (double right = 0, x = 0, y = 0;; points++) {
    for (size_t i = 0; i < count; i++) {
      Answers *tier = &tiers[i];
      if (fread(&row, sizeof row, 1, tier->file) != 1) {
        if (i > 0) return 2; /* fewer points than in the first file */
        for (; i < count; i++) printf("%ld %.6g %ld %.17g %.17g\n", points, tiers[i].worst, tiers[i].misrounded, tiers[i].x, tiers[i].y);
        return 0;
      }
      if (i == 0) right = value_at(f, &n, pairs ? 160 : 64, x = row.x, y = row.y);
      else if (memcmp(&x, &row.x, 8) || memcmp(&y, &row.y, 8)) return 2; /* other points */
      int misrounded = memcmp(&right, &row.result.high, 8) && !(isnan(right) && isnan(row.result.high));
      double error = pairs && !misrounded && row.result.low == 0 && row.result.exponent == 0 ? 0 : error_of(&n, right, &row.result);
      if (error > tier->worst - 0.001 && mpfr_get_prec(n.exact) == 64) { /* more bits of what may be the greatest */
        value_at(f, &n, 160, x, y);
        error = error_of(&n, right, &row.result);
      }
      tier->misrounded += misrounded;
      if (error > tier->worst) tier->worst = error, tier->x = x, tier->y = functions[f].one ? 0 : y;
    }
  }
}
