@file:JvmName("Boxes")

package shapes

import kotlin.math.max

const val LIMIT = 3

/** A box. */
@Serializable
class Box<T>(val side: Int) : Base(), Shape {
    private val x: Int = 1
    var area: Int
        get() = field
        set(value) {
            field = value
        }

    init {
        check(side)
    }

    constructor(a: String) : this(1) {
        log(a)
    }

    /** How large it is. */
    @Throws(Failure::class)
    fun area(k: Int): Int {
        if (k > 1) {
            return 1
        } else if (k > 2) {
            return 2
        } else {
            log(k)
        }
        when (k) {
            1 -> one()
            2 -> {
                two()
            }
            else -> other()
        }
        try {
            a()
        } catch (e: Failure) {
            b()
        } finally {
            c()
        }
        val text = """
            fun fake() {
        """
        list.forEach { it ->
            print(it)
        }
        return 3
    }

    fun name() = when (side) {
        1 -> "one"
        else -> "many"
    }

    private fun hidden(): Int =
        1 +
            2

    companion object {
        const val SIDES = 6

        fun make(): Box<Int> {
            return Box(1)
        }
    }

    inner class Inside {
        fun go() {
            run()
        }
    }
}

object Single {
    fun only() {
        run()
    }
}

interface Shape {
    fun area(): Int

    fun name(): String = "shape"
}

enum class Suit(val mark: Char) {
    HEARTS('H'),
    SPADES('S') {
        override fun colour() = "black"
    };

    open fun colour() = "red"
}

data class Point(val x: Int, val y: Int)

fun String.shout(): String {
    return uppercase()
}

inline fun <reified T> list(vararg x: T): List<T> where T : Any {
    return x.toList()
}
