package logform

// An atom is a piece of a line that a template has or leaves out as a whole: a name, a
// number, white space, a punctuation mark.
type atom struct {
	start, end int32
	class      class
	digits     bool // has a digit
	number     bool // begins with a digit or a sign
	hash       uint32
	slot       int32 // of a name: see miner
}

// The beginning of a line that is looked at for templates. The rest can only be a value.
const (
	mostAtoms = 192
	mostBytes = 4096
)

// appendAtoms appends the atoms of s from the byte at from on.
func appendAtoms(atoms []atom, s string, from int) []atom {
	most := len(atoms) + mostAtoms
	for i := from; i < len(s) && i < mostBytes && len(atoms) < most; {
		a := atomAt(s, i)
		atoms = append(atoms, a)
		i = int(a.end)
	}
	return atoms
}

// atomAt returns the atom that begins at i.
func atomAt(s string, i int) atom {
	a := atom{start: int32(i), end: int32(i + 1), class: classOf[s[i]]}
	switch {
	case a.class == word:
		a.number = isDigit(s[i])
		a.end = int32(wordEnd(s, i, a.number))
	case a.class == space:
		a.end = int32(spaceEnd(s, i))
	case isSign(s, i):
		a.class, a.number = word, true
		a.end = int32(wordEnd(s, i+1, true))
	}
	h := uint32(2166136261)
	for _, c := range []byte(s[a.start:a.end]) {
		a.digits = a.digits || isDigit(c)
		h = (h ^ uint32(c)) * 16777619
	}
	a.hash = h
	return a
}

func spaceEnd(s string, i int) int {
	for i < len(s) && classOf[s[i]] == space {
		i++
	}
	return i
}

// wordEnd returns the end of the word at i. A name ends before the number that it ends
// in, blk_|28; std::vec and 0.25 are one word each.
func wordEnd(s string, i int, number bool) int {
	first, digits := i, true
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case isDigit(c):
		case classOf[c] == word:
			digits = false
			if c == '_' && !number && i+1 < len(s) && (isDigit(s[i+1]) && safe(s, i+1) || isSign(s, i+1)) {
				return i + 1
			}
		case c == '.' && digits && i > first && isDecimal(s, i):
			digits = false
		case c == ':' && byteAt(s, i+1) == ':' && i > first && i+2 < len(s) && classOf[s[i+2]] == word:
			digits = false
			i++
		default:
			return i
		}
	}
	return i
}
