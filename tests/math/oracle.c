/* oracle FUNCTION FILE...: compares results (see points.orus) with those of MPFR. The files are those of different tiers at the same points. Prints for each file the
 * number of points, the greatest error in units of the last place, how many results are not correctly rounded, and the point with the greatest error. A result that is
 * NaN, infinite or zero on one side only counts as an error of 1e9. */
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

typedef struct {
  mpfr_t x, y, exact, difference;
} Numbers;

/* Makes n->exact the value at (x, y), and returns the nearest double. 100 bits tell nearly always which one that is, 160 in the known difficult cases. */
static double value_at(size_t f, Numbers *n, double x, double y) {
  mpfr_set_d(n->x, x, MPFR_RNDN);
  mpfr_set_d(n->y, y, MPFR_RNDN);
  for (mpfr_prec_t bits = 100;; bits = 160) {
    mpfr_set_prec(n->exact, bits);
    if (functions[f].one) functions[f].one(n->exact, n->x, MPFR_RNDN);
    else functions[f].two(n->exact, n->x, n->y, MPFR_RNDN);
    if (bits == 160 || !mpfr_regular_p(n->exact) || (mpfr_get_exp(n->exact) > -1021 && mpfr_can_round(n->exact, 85, MPFR_RNDN, MPFR_RNDZ, 54))) break;
  }
  return mpfr_get_d(n->exact, MPFR_RNDN);
}

/* |got - exact| in units of the last place that a double of that size has. */
static double error_of(Numbers *n, double nearest, double got) {
  if (isnan(nearest) || isnan(got)) return isnan(nearest) && isnan(got) ? 0 : 1e9;
  if (isinf(nearest) || isinf(got)) return nearest == got ? 0 : 1e9;
  if (signbit(nearest) != signbit(got) && nearest == 0) return 1e9;
  mpfr_exp_t exponent = mpfr_zero_p(n->exact) ? -1073 : mpfr_get_exp(n->exact);
  mpfr_sub_d(n->difference, n->exact, got, MPFR_RNDN);
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
  size_t f = 0, count = argc - 2;
  while (argc > 2 && f < sizeof functions / sizeof *functions && strcmp(functions[f].name, argv[1])) f++;
  if (argc < 3 || count > TIERS || f == sizeof functions / sizeof *functions) return 2;
  for (size_t i = 0; i < count; i++) {
    tiers[i].worst = -1;
    if (!(tiers[i].file = fopen(argv[i + 2], "rb"))) return 2;
  }
  mpfr_set_emin(-1400);
  mpfr_set_emax(1400);
  Numbers n;
  mpfr_inits2(53, n.x, n.y, n.difference, n.exact, (mpfr_ptr)0);
  long points = 0;
  for (double row[3], right = 0, x = 0, y = 0;; points++) {
    for (size_t i = 0; i < count; i++) {
      Answers *tier = &tiers[i];
      if (fread(row, sizeof row, 1, tier->file) != 1) {
        if (i > 0) return 2; /* fewer points than in the first file */
        for (; i < count; i++) printf("%ld %.6f %ld %.17g %.17g\n", points, tiers[i].worst, tiers[i].misrounded, tiers[i].x, tiers[i].y);
        return 0;
      }
      if (i == 0) right = value_at(f, &n, x = row[0], y = row[1]);
      else if (memcmp(&x, &row[0], 8) || memcmp(&y, &row[1], 8)) return 2; /* other points */
      double error = error_of(&n, right, row[2]);
      tier->misrounded += memcmp(&right, &row[2], 8) && !(isnan(right) && isnan(row[2]));
      if (error > tier->worst) tier->worst = error, tier->x = x, tier->y = functions[f].one ? 0 : y;
    }
  }
}
