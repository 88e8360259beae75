package report

import (
	"slices"
	"sort"
	"strings"
)

type economyView struct {
	Vendors []vendorColumn
	Reuse   int
	Dollars bool
	Refused bool           // some texts were: they are priced as sent raw
	Groups  [][]economyRow // by arm, as they follow one another
}

// vendorColumn is a vendor whose cache is priced.
type vendorColumn struct {
	Name  string
	Terms string // what its cache costs, "" if the report does not say

	Others []string // patterns of models for which that is not so
}

type economyRow struct {
	Economy
	Group    int    // rows of the arm
	Note     string // that it is over other items
	Asked    string
	Uncached priceCell
	Vendors  []priceCell
}

type priceCell struct {
	OK   bool
	Text string
	More bool // costs more than not to shorten
}

func (x *index) economy() economyView {
	v := economyView{Vendors: x.vendorColumns()}
	for _, e := range x.Economics {
		v.Dollars = v.Dollars || e.Dollars != 0
		v.Reuse = max(v.Reuse, e.Reuse)
	}
	for _, e := range x.Economics {
		row := economyRow{Economy: e, Note: x.partial(x.arms[e.Arm], e.Rate, ""), Asked: ratio(e.Rate), Uncached: price(e.Uncached, true)}
		for _, vendor := range v.Vendors {
			c, ok := e.Cached[vendor.Name]
			row.Vendors = append(row.Vendors, price(c, ok))
		}
		n := len(v.Groups) - 1
		if n < 0 || v.Groups[n][0].Arm != e.Arm {
			v.Groups, n = append(v.Groups, nil), n+1
		}
		v.Groups[n] = append(v.Groups[n], row)
	}
	for _, c := range x.Cells {
		v.Refused = v.Refused || c.Refused > 0
	}
	for _, g := range v.Groups {
		g[0].Group = len(g)
	}
	return v
}

// vendorColumns are by name.
func (x *index) vendorColumns() []vendorColumn {
	var names []string
	for _, e := range x.Economics {
		for name := range e.Cached {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	sort.Strings(names)
	var out []vendorColumn
	for _, name := range names {
		c := vendorColumn{Name: name}
		if at := slices.IndexFunc(x.Vendors, func(v Vendor) bool { return v.Name == name }); at >= 0 {
			c.Terms, c.Others = x.Vendors[at].terms(), x.Vendors[at].OtherModels
		}
		out = append(out, c)
	}
	return out
}

func (v Vendor) terms() string {
	s := "read " + multiple(v.Read) + ", write " + multiple(v.Write)
	if v.Keep > 0 {
		s += " and " + multiple(v.Keep) + " to keep"
	}
	return s + ", from " + plural(v.MinTokens, "token") + "; " + v.AsOf
}

// multiple has as many of three decimals as it takes.
func multiple(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fixed(v, 3), "0"), ".") + "×"
}

// Explained says what the heads of columns mean.
func (v economyView) Explained() string {
	var out []string
	if slices.ContainsFunc(v.Vendors, func(c vendorColumn) bool { return c.Terms != "" }) {
		out = append(out, "The heads of the cached columns have what a token costs that is read from the vendor's cache or written to it, relative to one of input; from what length on a text is cached; and the month that is from.")
	}
	if s := v.others(); s != "" {
		out = append(out, s)
	}
	if v.Refused {
		out = append(out, "A text that an arm refused counts as sent raw.")
	}
	if v.Refused && v.Dollars {
		out = append(out, "What was paid is without it.")
	}
	if v.Dollars {
		out = append(out, "What was paid over the sum of the scores compares between arms over the same items alone. Scores may be fractions: only where each is 0 or 1 is that the price of a right answer.")
	}
	return strings.Join(out, " ")
}

// others says whose models have rules that the columns leave out.
func (v economyView) others() string {
	var parts []string
	first := ""
	for _, c := range v.Vendors {
		if c.Others == nil {
			continue
		}
		if first == "" {
			first = c.Name
		}
		parts = append(parts, c.Name+" ("+strings.Join(c.Others, ", ")+")")
	}
	if parts == nil {
		return ""
	}
	return "Models with other prices or lengths: " + strings.Join(parts, "; ") + ". A column for one comes by --vendors " + first + ":MODEL."
}

// price judges by what is shown: 1.00 is not more.
func price(v float64, ok bool) priceCell {
	if !ok || !finite(v) {
		return priceCell{Text: missing}
	}
	return priceCell{OK: true, Text: fixed(v, 2) + "×", More: v >= 1.005}
}

func (x *index) mdEconomics(m *markdown) {
	v := x.economy()
	if len(v.Groups) == 0 {
		return
	}
	m.para("## Economics")
	lead := "Price of the shortened contexts relative to the raw ones. With a vendor's prompt cache the raw context is cheap from its second question on; those columns are for " +
		plural(v.Reuse, "question") + " about each context, against raw contexts that are cached. Over 1 shortening costs more than it saves."
	if s := v.Explained(); s != "" {
		lead += " " + md(s)
	}
	m.para(lead)
	head := []string{"arm", "asked", "tokens before", "after", "price, no cache"}
	for _, vendor := range v.Vendors {
		head = append(head, withNote(md(vendor.Name)+", cached", md(vendor.Terms)))
	}
	if v.Dollars {
		head = append(head, "paid", "paid ÷ sum of scores")
	}
	var rows [][]string
	for _, e := range slices.Concat(v.Groups...) {
		row := []string{withNote(md(e.Arm), md(e.Note)), e.Asked, count(e.Before), count(e.After), e.Uncached.mark()}
		for _, p := range e.Vendors {
			row = append(row, p.mark())
		}
		if v.Dollars {
			row = append(row, md(dollars(e.Dollars)), md(dollars(e.DollarsPerCorrect)))
		}
		rows = append(rows, row)
	}
	m.table(2, head, rows)
}

func (p priceCell) mark() string {
	if p.More {
		return "**" + p.Text + " costs more**"
	}
	return p.Text
}
