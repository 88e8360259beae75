/* Licence */
#include <stdio.h>
#ifdef HAVE_X
# include <x.h>
#else
# include "x.h"
#endif

#define LIMIT 3
static const char *names[] = { "a", "b" };

typedef struct point {
  int x, y;
} point;

enum color { RED, GREEN };

int proto(int a);

/* Adds. */
static int
add(int a, int b)
{
  int n = 0;
  switch (a) {
  case 1:
    n++;
    /* fall through */
  case 2:
    n += b;
    break;
  default:
    goto out;
  }
  do {
    n--;
  } while (n > LIMIT);
out:
  return n;
}

#if LIMIT > 2
point *make(void) {
  static point p;
  p.x = 1;
  return &p;
}
#elif LIMIT > 1
point *make(void) { return 0; }
#endif

int (*handler(int n))(void)
{
  if (n)
    return 0;
  else if (n > 1) {
    n = 1;
    n = 2;
  } else
    n = 3;
  return 0;
}
