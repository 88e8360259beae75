#!/usr/bin/env node
// Licence

import { a } from "./a";
const fs = require("fs");

export * from "./b";
const LIMIT = 3;

// makes x
export async function f(n: number): Promise<number> {
  if (n > 1) {
    return g(n);
  }
  return 1;
}

const h = (x: number) => x + 1;

/** Box. */
@dec()
export class Box<T> extends Base {
  side = 1;
  private other: string;

  constructor(a: number) {
    super();
    this.side = a;
  }

  /** size */
  @Input()
  get size(): number {
    return this.side;
  }

  private hidden = async () => {
    await x();
    return 1;
  };
  static { init(); }
}

interface I {
  a: string;
  b(): void;
}

export enum E { A, B }

declare module "x" {
  export function q(): void;
  const z: number;
}

namespace N {
  export function inner() {
    a();
    b();
  }
  export const k = 1;
}

app.get("/x", async (req, res) => {
  a();
  b();
  if (c) {
    d();
  } else {
    e();
  }
  f();
  f();
  f();
  f();
  f();
});

const Comp = React.memo(function Comp(props) {
  const x = 1;
  return x;
});

module.exports = { f, h };
export { h as default };
