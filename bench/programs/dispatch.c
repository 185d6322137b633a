#include <stdio.h>
#include <stdlib.h>
typedef struct Shape { double (*area)(const struct Shape *); double a, b; } Shape;
static double circle(const Shape *s) { return 3.0 * s->a * s->a; }
static double square(const Shape *s) { return s->a * s->a; }
static double rect(const Shape *s) { return s->a * s->b; }
int main(void) {
  static Shape shapes[1000];
  for (int i = 0; i < 1000; i++) shapes[i] = (Shape){i % 3 == 0 ? circle : i % 3 == 1 ? square : rect, i % 10, 2.0};
  double total = 0;
  for (int k = 0; k < 10000; k++) for (int i = 0; i < 1000; i++) total += shapes[i].area(&shapes[i]);
  printf("%lld\n", (long long)total);
}
