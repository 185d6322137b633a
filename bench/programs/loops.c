#include <stdio.h>
int main(void) { int sum = 0; for (int i = 0; i < 15000; i++) for (int j = 0; j < 5000; j++) sum = (sum + (i ^ j)) & 16777215; printf("%d\n", sum); }
