#include <stdio.h>
#include <stdlib.h>
typedef struct Node { struct Node *left, *right; } Node;
static Node *make(int depth) { Node *n = malloc(sizeof *n); n->left = n->right = NULL; if (depth) { n->left = make(depth - 1); n->right = make(depth - 1); } return n; }
static int check(const Node *t) { return 1 + (t->left ? check(t->left) : 0) + (t->right ? check(t->right) : 0); }
static void drop(Node *t) { if (t) { drop(t->left); drop(t->right); free(t); } }
int main(void) {
  Node *long_lived = make(14);
  int total = 0;
  for (int i = 0; i < 300; i++) { Node *t = make(12); total += check(t); drop(t); }
  printf("%d\n", total + check(long_lived));
}
