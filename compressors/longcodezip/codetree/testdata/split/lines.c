static int g(void)
{
  int n = 0; /* one
  and */ n++;
  n = 1;
  return n; }

static int h(void) { int n = 0;
  n++;
  if (n) { n = 2;
    n = 3;
    n = 4; }
  else { n = 5; } return n;
}

int k(int n) {
  switch (n) { case 1:
    n = 1;
    n = 2;
    break; case 2:
    n = 3;
  case 3: case 4: n = 4;
    n = 5; n = 6;
    n = 7;

    /* last */
    n = 8;
    n = 9;

  default: n = 9; }
  for (;;)
    if (n)
      break;
    else
      n++;
  return n; }
int a; int b;
