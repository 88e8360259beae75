/* Licence */
package a.b;

import x.Y;

/** Acc. */
@Ann
public class Acc {
    private int n = 0;

    static {
        init();
    }

    /** adds */
    @Override
    public int add(int x) {
        if (x > 0) {
            n += x;
        }
        return n;
    }

    enum Color {
        RED,
        BLUE;

        int f() {
            a();
            return 1;
        }
    }

    interface I { void f(); }

    void reset() {
        switch (n) {
            case 1:
                a();
                b();
                break;
            case 2:
            case 3:
                c();
                d();
                e();
                break;
            default:
                f();
        }
        n = 0;
    }
}
