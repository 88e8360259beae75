#include <a>
using namespace std;

namespace a::b {

class Fwd;

// A is.
template <typename T>
class A : public B {
public:
  A() : x(1) {
    a();
    b();
  }
  ~A() = default;
  // g
  template <class U> void g(U u) {
    u();
    v();
  }

private:
  int hidden() {
    return 1;
  }
  int x;
};

struct P {
  int x;
  int y;
};

template <>
int A<int>::f() const {
  x();
  return 1;
}

static bool operator==(const A& a, const A& b) { return true; }

}  // namespace

extern "C" {
int h() {
  a();
  return 1;
}
}
