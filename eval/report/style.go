package report

import "strconv"

// style tells an arm from others by colour, marker and dash: two of them are enough
// for someone who sees no colours, and for a black and white print.
type style struct {
	class  string // page.css has the dark colour under it
	color  string
	marker int
	open   bool // the marker is not filled
	dash   string
	width  float64
}

// Colours keep apart for the common kinds of colour blindness and stand out from
// white by 3:1. Compressors get colours, what they are compared with gets quiet ones.
var (
	vivid = []string{"#0072b2", "#d55e00", "#00866a", "#aa3377", "#8a6a00", "#1f8fb8", "#5b45c9", "#882255"}
	quiet = []string{"#5b6470", "#8c6d46", "#5f7f9f", "#74783f"}
	rival = []string{"#b0413e", "#2f7f86"}
)

var dashes = []string{"5 3", "2 3", "8 3 2 3", "1 2", "10 4", "4 2 1 2"}

func stylesOf(arms []Arm) map[string]style {
	out := make(map[string]style, len(arms))
	seen := map[string]int{}
	for _, a := range arms {
		i := seen[a.Kind]
		seen[a.Kind]++
		s := style{marker: i % markers, width: 2}
		switch a.Kind {
		case kindNone:
			s.class, s.color, s.dash = "n0", "#3a3f46", "7 4"
		case kindBaseline:
			s.class, s.color = palette("b", quiet, i)
			s.dash, s.open, s.width = dashes[i%len(dashes)], true, 1.3
		case kindPeer:
			s.class, s.color = palette("e", rival, i)
			s.dash, s.marker, s.width = dashes[(i+2)%len(dashes)], (i+4)%markers, 1.7
		default:
			s.class, s.color = palette("p", vivid, i)
			if round := i / len(vivid); round > 0 { // the colour was there before: another shape, and a dash
				s.dash, s.marker = dashes[i%len(dashes)], (i+3*round)%markers
			}
		}
		out[a.Name] = s
	}
	return out
}

func palette(prefix string, colors []string, i int) (class, color string) {
	i %= len(colors)
	return prefix + strconv.Itoa(i), colors[i]
}
