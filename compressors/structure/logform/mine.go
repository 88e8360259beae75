package logform

import "slices"

const (
	mostLines = 1 << 12 // that are looked at for templates
	mostNodes = 128     // of which templates are made
)

// A node is a set of lines that look alike: the same fixed atoms in the same order, with
// values between them. Of a stem only the beginning is alike.
type node struct {
	first  int32 // line
	weight int32 // lines
	fixed  int32 // bytes of the fixed atoms of the first line
	level  int8
	stem   int32 // marks of the first line that belong to it; -1 is all
	parent int32 // of a stem, the stem that is one word shorter; -1 is none
	child  int32 // weight of the heaviest stem that is one word longer
}

// A miner looks for templates in distinct lines.
type miner struct {
	lines  []string
	from   []int32 // where the line begins, its stamp taken off
	weight []int32 // how often it is there
	sigil  string
	count  func(string) int

	all    []atom  // of the lines, one after the other
	stop   []int32 // where those of each line end
	freq   []int32 // how often there is a word, by its slot
	levels []int32 // a word that is there fewer times than this is a value

	nodes []node
	index map[uint64]int32
	path  []int32 // nodes of each line, one line after the other
	ends  []int32 // where those of each line end

	values []string // scratch
	buf    []byte
}

// rarities returns levels for n lines. At the first only numbers are values; the higher
// ones take names, hosts and messages for values too.
func rarities(n int) []int32 {
	all := []int32{1, int32(max(2, n/256)), int32(max(3, n/48)), int32(max(4, n/12)), int32(max(5, n*2/5))}
	return slices.Compact(all)
}

// scan sorts the lines into nodes.
func (m *miner) scan() {
	m.atomise()
	m.levels = rarities(len(m.lines))
	m.index = make(map[uint64]int32, len(m.lines))
	for i := range m.lines {
		for level := range m.levels {
			m.place(int32(i), int8(level))
		}
		m.ends = append(m.ends, int32(len(m.path)))
	}
}

// atomise finds the atoms of all lines.
func (m *miner) atomise() {
	bytes := 0
	for _, line := range m.lines {
		bytes += min(len(line), mostBytes)
	}
	m.all = make([]atom, 0, bytes/3)
	slots := map[uint32]int32{}
	for i, line := range m.lines {
		first := len(m.all)
		m.all = appendAtoms(m.all, line, int(m.from[i]))
		m.stop = append(m.stop, int32(len(m.all)))
		for k := first; k < len(m.all); k++ {
			a := &m.all[k]
			if a.class != word || a.number {
				continue
			}
			slot, ok := slots[a.hash]
			if !ok {
				slot = int32(len(m.freq))
				slots[a.hash] = slot
				m.freq = append(m.freq, 0)
			}
			a.slot = slot
			m.freq[slot]++
		}
	}
}

// atoms returns those of line i.
func (m *miner) atoms(i int32) []atom {
	if i == 0 {
		return m.all[:m.stop[0]]
	}
	return m.all[m.stop[i-1]:m.stop[i]]
}

// isValue says whether an atom differs from line to line, as far as can be told from it
// alone. Names with digits, node7, have to be frequent to be fixed.
func (m *miner) isValue(a *atom, level int8) bool {
	switch {
	case a.class != word:
		return false
	case a.number:
		return true
	case a.digits:
		return m.freq[a.slot] < max(m.levels[level], int32(len(m.lines)/20))
	}
	return level > 0 && m.freq[a.slot] < m.levels[level]
}

// valueEnd returns where the value ends that begins at atom i: with its field, without
// the punctuation that closes it.
func valueEnd(atoms []atom, i int) int {
	end := i + 1
	for j := end; j < len(atoms) && (atoms[j].class == word || atoms[j].class == glue); j++ {
		if atoms[j].class == word {
			end = j + 1
		}
	}
	return end
}

const (
	hashSeed  = 14695981039346656037
	hashPrime = 1099511628211
)

func mix(h uint64, v uint32) uint64 {
	h = (h ^ uint64(v)) * hashPrime
	return h ^ h>>29
}

// place adds line i to its node at a level, and to its stems there.
func (m *miner) place(i int32, level int8) {
	atoms := m.atoms(i)
	h := mix(hashSeed, uint32(level))
	fixed, marks, parent := int32(0), int32(0), int32(-1)
	for j := 0; j < len(atoms); {
		a := &atoms[j]
		if m.isValue(a, level) {
			h = mix(h, 1)
			marks++
			j = valueEnd(atoms, j)
			continue
		}
		if a.class == space && level == stemLevel && j > 0 {
			parent = m.enter(h^stemSalt, node{first: i, fixed: fixed, level: level, stem: marks, parent: parent}, m.weight[i])
		}
		h = mix(h, a.hash)
		fixed += a.end - a.start
		j++
	}
	m.enter(h, node{first: i, fixed: fixed, level: level, stem: -1, parent: -1}, m.weight[i])
}

const (
	stemLevel = 2
	stemSalt  = 0x5354454d
)

// enter adds a line to the node with hash h, which is n if there is none.
func (m *miner) enter(h uint64, n node, weight int32) int32 {
	at, ok := m.index[h]
	if !ok {
		at = int32(len(m.nodes))
		m.index[h] = at
		m.nodes = append(m.nodes, n)
	}
	here := &m.nodes[at]
	here.weight += weight
	if n.parent >= 0 {
		up := &m.nodes[n.parent]
		up.child = max(up.child, here.weight)
	}
	m.path = append(m.path, at)
	return at
}

// promise is about the bytes that a template of n can save.
func (n *node) promise() int {
	if n.weight < 3 || n.stem >= 0 && int(n.child)*10 > int(n.weight)*9 {
		return 0
	}
	return int(n.weight-1) * int(n.fixed-8)
}

// best returns the nodes that promise most, at most mostNodes.
func (m *miner) best() []int32 {
	var all []int32
	for i := range m.nodes {
		if m.nodes[i].promise() > 0 {
			all = append(all, int32(i))
		}
	}
	slices.SortFunc(all, func(a, b int32) int {
		if d := m.nodes[b].promise() - m.nodes[a].promise(); d != 0 {
			return d
		}
		return int(a - b)
	})
	seen := map[[2]int32]bool{}
	all = slices.DeleteFunc(all, func(i int32) bool {
		key := [2]int32{m.nodes[i].first, m.nodes[i].weight}
		again := seen[key]
		seen[key] = true
		return again
	})
	return all[:min(len(all), mostNodes)]
}

// members returns, for each of the nodes, its lines.
func (m *miner) members(nodes []int32) [][]int32 {
	slot := make([]int32, len(m.nodes))
	for k, n := range nodes {
		slot[n] = int32(k) + 1
	}
	all := make([][]int32, len(nodes))
	start := int32(0)
	for i, end := range m.ends {
		for _, n := range m.path[start:end] {
			if k := slot[n]; k > 0 {
				all[k-1] = append(all[k-1], int32(i))
			}
		}
		start = end
	}
	return all
}
