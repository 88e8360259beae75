'use strict'
/* Licence */

const fs = require('fs')
const { join } = require('path')

const LIMIT = 12

function* walk (dir) {
  for (const name of fs.readdirSync(dir)) {
    yield join(dir, name)
  }
}

async function main () {
  const done = []
  for (const f of walk('.')) {
    done.push(f)
  }
  try {
    await Promise.all(done.map(async f => {
      await fs.promises.stat(f)
    }))
  } catch (err) {
    console.error(err)
  } finally {
    done.length = 0
  }
  return done
}

class Store extends Map {
  #hidden = 1
  static [Symbol.species] = Map

  /** Adds. */
  add (key, value) {
    this.set(key, value)
    return this
  }

  get size2 () { return this.size }

  async [Symbol.iterator] () {
    const a = await main()
    return a
  }
}

Store.prototype.clear2 = function () {
  this.clear()
  this.#hidden
}

const config = {
  a: 1,
  b () {
    return 2
  },
  c: [
    1, 2,
    3,
  ],
  d: function () {
    return 3
  },
  e: 4,
  f: 5
}

;[1, 2].forEach(x => x)

module.exports = { main, Store }
