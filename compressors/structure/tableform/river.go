package tableform

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// places is how many characters s has: those that print columns count these. A byte that
// is not UTF-8 is one.
func places(s string) int { return utf8.RuneCountInString(s) }

// A row is a line taken apart at spaces.
type row struct {
	fields []field
	end    int // in places, with spaces behind the last field
}

// A field has no space in it. from and to are places, and at and end bytes.
type field struct{ from, to, at, end int32 }

// fieldsOf appends the fields of line to all.
func fieldsOf(line string, all []field) []field {
	n := 0
	for i := 0; i < len(line); {
		if line[i] == ' ' {
			i++
			n++
			continue
		}
		end := i + strings.IndexByte(line[i:], ' ')
		if end < i {
			end = len(line)
		}
		from := n
		n += places(line[i:end])
		all = append(all, field{int32(from), int32(n), int32(i), int32(end)})
		i = end
	}
	return all
}

// countFields returns how many fields line has.
func countFields(line string) int {
	n := 0
	for i := range len(line) {
		if line[i] != ' ' && (i == 0 || line[i-1] == ' ') {
			n++
		}
	}
	return n
}

// A zone is where a column is, between two rivers of spaces.
type zone struct{ from, to int }

// zones returns the columns of rows: between them nearly all rows have spaces, in at
// least apart places side by side: all but one of strays. Rows with few fields are no witnesses.
func zones(rows []row, apart, strays int) (all []zone) {
	counts := make([]int, len(rows))
	longest := 0
	for i, r := range rows {
		counts[i], longest = len(r.fields), max(longest, r.end)
	}
	slices.Sort(counts)
	least := (counts[len(counts)/2] + 1) / 2
	used, reach := make([]int, longest+2), make([]int, longest+2) // as differences
	witnesses := 0
	for _, r := range rows {
		if len(r.fields) < least {
			continue
		}
		witnesses++
		for _, f := range r.fields {
			used[f.from]++
			used[f.to]--
		}
		reach[0]++
		reach[r.end]--
	}
	return cutZones(used, reach, witnesses, apart, strays)
}

func cutZones(used, reach []int, witnesses, apart, strays int) (all []zone) {
	u, n, open := 0, 0, -1
	dry := apart // places of the river so far
	for p := range used {
		u += used[p]
		n += reach[p]
		if u > witnesses/strays || n < max(3, witnesses/2) {
			if dry >= apart {
				if open >= 0 {
					all = append(all, zone{open, p - dry})
				}
				open = p
			}
			dry = 0
			continue
		}
		dry++
	}
	if open >= 0 {
		all = append(all, zone{open, len(used)})
	}
	return all
}

// place returns the first and last field of each zone, that is [first, last) of the
// fields. It is not ok if one is not within a zone. The last zone has no end.
func (r row) place(zones []zone, spans [][2]int) bool {
	i := 0
	for k, z := range zones {
		spans[k][0] = i
		for i < len(r.fields) && (k == len(zones)-1 || int(r.fields[i].to) <= z.to) {
			if int(r.fields[i].from) < z.from {
				return false
			}
			i++
		}
		spans[k][1] = i
	}
	return i == len(r.fields)
}
