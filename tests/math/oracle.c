/* oracle FUNCTION FILE: compares results (see points.orus) with those of MPFR. Prints the number of points, the greatest error in units of the last place, how many
 * results are not correctly rounded, and the point with the greatest error. A result that is NaN, infinite or zero on one side only counts as an error of 1e9. */
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

static const struct {
  const char *name;
  One one;
  Two two;
} functions[] = {
    {"exp", mpfr_exp, 0},     {"exp2", mpfr_exp2, 0},   {"exp10", mpfr_exp10, 0}, {"expm1", mpfr_expm1, 0}, {"log", mpfr_log, 0},
    {"log2", mpfr_log2, 0},   {"log10", mpfr_log10, 0}, {"log1p", mpfr_log1p, 0}, {"sqrt", mpfr_sqrt, 0},   {"cbrt", mpfr_cbrt, 0},
    {"sin", mpfr_sin, 0},     {"cos", mpfr_cos, 0},     {"tan", mpfr_tan, 0},     {"asin", mpfr_asin, 0},   {"acos", mpfr_acos, 0},
    {"atan", mpfr_atan, 0},   {"sinh", mpfr_sinh, 0},   {"cosh", mpfr_cosh, 0},   {"tanh", mpfr_tanh, 0},   {"asinh", mpfr_asinh, 0},
    {"acosh", mpfr_acosh, 0}, {"atanh", mpfr_atanh, 0}, {"gamma", mpfr_gamma, 0}, {"erf", mpfr_erf, 0},     {"erfc", mpfr_erfc, 0},
    {"log_gamma", lgamma_of, 0}, {"pow", 0, mpfr_pow},  {"hypot", 0, mpfr_hypot}, {"atan2", 0, mpfr_atan2},
};

/* |got - exact| in units of the last place that a double of that size has. */
static double error_of(mpfr_t exact, double nearest, double got) {
  if (isnan(nearest) || isnan(got)) return isnan(nearest) && isnan(got) ? 0 : 1e9;
  if (isinf(nearest) || isinf(got)) return nearest == got ? 0 : 1e9;
  mpfr_exp_t exponent = mpfr_zero_p(exact) ? -1073 : mpfr_get_exp(exact);
  mpfr_t difference;
  mpfr_init2(difference, 200);
  mpfr_sub_d(difference, exact, got, MPFR_RNDN);
  mpfr_mul_2si(difference, difference, 53 - (exponent < -1021 ? -1021 : exponent), MPFR_RNDN);
  double error = fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clear(difference);
  if (signbit(nearest) != signbit(got) && nearest == 0) error = 1e9;
  return error;
}

int main(int argc, char **argv) {
  size_t f = 0;
  while (argc == 3 && f < sizeof functions / sizeof *functions && strcmp(functions[f].name, argv[1])) f++;
  FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
  if (!file || f == sizeof functions / sizeof *functions) return 2;
  mpfr_set_emin(-1400);
  mpfr_set_emax(1400);
  mpfr_t x, y, exact, nearest;
  mpfr_inits2(53, x, y, (mpfr_ptr)0);
  mpfr_init2(nearest, 53);
  mpfr_init2(exact, 160);
  double row[3], worst = -1, at[2] = {0, 0};
  long count = 0, misrounded = 0;
  while (fread(row, sizeof row, 1, file) == 1) {
    mpfr_set_d(x, row[0], MPFR_RNDN);
    mpfr_set_d(y, row[1], MPFR_RNDN);
    if (functions[f].one) functions[f].one(exact, x, MPFR_RNDN);
    else functions[f].two(exact, x, y, MPFR_RNDN);
    double right = mpfr_get_d(exact, MPFR_RNDN);
    double error = error_of(exact, right, row[2]);
    misrounded += memcmp(&right, &row[2], 8) && !(isnan(right) && isnan(row[2]));
    if (error > worst) worst = error, memcpy(at, row, sizeof at);
    count++;
  }
  printf("%ld %.6f %ld %.17g %.17g\n", count, worst, misrounded, at[0], at[1]);
  return 0;
}
