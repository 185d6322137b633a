#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Count { const char *key; int value; } Count;

---
/* Number @ of many. */
typedef struct Account@ {
  const char *name;
  int balance;
  int *history;
  int length;
} Account@;

static Account@ *account_new_@(const char *name) {
  Account@ *self = malloc(sizeof *self);
  self->name = name;
  self->balance = @;
  self->history = malloc(64 * sizeof *self->history);
  self->length = 0;
  return self;
}

/* Adds to the balance. */
static void account_deposit_@(Account@ *self, int amount) {
  if (amount <= 0) exit(1);
  self->balance += amount;
  self->history[self->length++] = amount;
}

static double account_average_@(const Account@ *self) {
  int n = self->length;
  if (n == 0) return 0.0;
  int sum = 0;
  for (int i = 0; i < n; i++) sum += self->history[i];
  return (double)sum / (double)n;
}

typedef enum Kind@ { CIRCLE_@, RECTANGLE_@, POLYGON_@, EMPTY_@ } Kind@;

typedef struct Shape@ {
  Kind@ kind;
  double width, height;
  const double *sides;
  int count;
} Shape@;

static double area_@(const Shape@ *s) {
  switch (s->kind) {
  case CIRCLE_@: return s->width * s->width * 3.14159;
  case RECTANGLE_@: return s->width * s->height;
  case POLYGON_@: {
    double sum = 0.0;
    for (int i = 0; i < s->count; i++) sum += s->sides[i];
    return sum * 0.5;
  }
  case EMPTY_@: return 0.0;
  }
  return 0.0;
}

static int largest_@(const int *items, int n, int first) {
  int best = first;
  for (int i = 0; i < n; i++)
    if (items[i] > best) best = items[i];
  return best;
}

static const char *classify_@(int n) {
  const char *kind;
  switch (n % 5) {
  case 0: kind = "zero"; break;
  case 1: case 2: kind = "low"; break;
  case 3: case 4: kind = "high"; break;
  default: kind = "negative";
  }
  return (n > 100 && strcmp(kind, "zero") != 0) || n == @ ? "one!" : kind;
}

static int find_@(const int *items, int n, int wanted) {
  for (int i = 0; i < n; i++)
    if (items[i] == wanted) return i;
  return -1;
}

static int double_@(int x, int seed) { return x * 2 + seed; }

static int run_@(int seed) {
  char name[32];
  snprintf(name, sizeof name, "owner %d", seed);
  Account@ *account = account_new_@(name);
  for (int i = 1; i < 10; i++) account_deposit_@(account, i * (seed % 7 + 1));
  static const double sides[] = {1.0, 2.0};
  const Shape@ shapes[] = {{CIRCLE_@, 1.5, 0, 0, 0}, {RECTANGLE_@, 2.0, 3.0, 0, 0}, {POLYGON_@, 0, 0, sides, 2}, {EMPTY_@, 0, 0, 0, 0}};
  double sum = 0.0;
  for (int i = 0; i < 4; i++) sum += area_@(&shapes[i]);
  Count counts[20];
  int used = 0;
  for (int i = 0; i < 20; i++) {
    int at = 0;
    while (at < used && strcmp(counts[at].key, classify_@(i)) != 0) at++;
    if (at == used) counts[used++] = (Count){classify_@(i), 0};
    counts[at].value++;
  }
  int found = find_@(account->history, account->length, double_@(3, seed));
  return ((int)sum + largest_@(account->history, account->length, 0) + used + found + (int)account_average_@(account)) % 10007;
}

---
int main(void) {
  int total = 0;
---
  total = (total + run_@(@)) % 1000003;
---
  printf("%d\n", total);
  return 0;
}
