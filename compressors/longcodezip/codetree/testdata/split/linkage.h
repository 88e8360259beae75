#ifndef LINKAGE_H
#define LINKAGE_H

#ifdef __cplusplus
extern "C" {
#endif

struct a {
  int x;
};

/* Does. */
int f(struct a *a);

static inline int g(void)
{
  int n = 0;
#ifdef A
  n = 1;
#endif
  return n; }

static inline int h(void) { int n = 0;
  n++;
  if (n) { n = 2;
    n = 3;
    n = 4; }
  else { n = 5; } return n;
}

#ifdef __cplusplus
}
#endif

#endif
