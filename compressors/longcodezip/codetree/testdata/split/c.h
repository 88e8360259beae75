/* Licence */
#ifndef A_H
#define A_H

#include <a.h>
#ifdef X
# include <x.h>
#endif

#define N 3

struct S {
  int a;
  int b;
};

/* f does */
static int f(int a)
{
  int x;
  if (a) {
    x = 1;
  }
  return x;
}

#ifdef A
int g(void)
{
  a();
  return 1;
}
#else
int g(void) { return 0; }
#endif

int proto(int);
int proto2(int);

#define MAX(a, b) \
  ((a) > (b) ? (a) : (b))

#endif
