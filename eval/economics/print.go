package economics

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// WriteTable writes the report for a terminal.
func (r *Report) WriteTable(w io.Writer) error {
	for _, line := range r.summary() {
		if _, err := fmt.Fprintf(w, "%-10s%s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out)
	for _, row := range r.rows() {
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	return out.Flush()
}

// WriteMarkdown writes the report as Markdown.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	for _, line := range r.summary() {
		fmt.Fprintf(&b, "- %s: %s\n", line[0], line[1])
	}
	rows := r.rows()
	b.WriteString("\n| " + strings.Join(rows[0], " | ") + " |\n|" + strings.Repeat("---|", len(rows[0])) + "\n")
	for _, row := range rows[1:] {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// summary is what holds for all vendors.
func (r *Report) summary() [][2]string {
	out := [][2]string{
		{"requests", fmt.Sprintf("%d in %d conversations", r.Requests, r.Conversations)},
		{"tokens", fmt.Sprintf("%s raw, %s sent (%s)", thousands(r.Raw.Tokens), thousands(r.Sent.Tokens), percent(share(r.Sent.Tokens, r.Raw.Tokens)))},
		{"churn", fmt.Sprintf("%s raw, %s sent; turns that broke a prefix: %d", percent(r.Raw.Churn), percent(r.Sent.Churn), r.Broken)},
		{"messages", fmt.Sprintf("%d repeated, %d of them in another form", r.Repeated, r.Changed)},
	}
	if u := r.Usage; u.Requests > 0 {
		out = append(out, [2]string{"usage", fmt.Sprintf("%d requests: the vendor counted %s tokens (here %s), %s from its cache",
			u.Requests, thousands(u.Tokens), thousands(u.Counted), percent(u.Share))})
	}
	return out
}

// rows are the table of vendors, its head first.
func (r *Report) rows() [][]string {
	head := []string{"vendor", "as of", "write", "read", "cached raw", "cached sent", "cost sent", "no cache, raw", "no cache, sent", "dearer", "below min"}
	money := false
	for i := range r.Rows {
		money = money || r.Rows[i].Vendor.InputPerMillion > 0
	}
	if money {
		head = append(head, "raw", "sent")
	}
	if r.Usage.Requests > 0 {
		head = append(head, "cached, simulated", "reported")
	}
	out := [][]string{head}
	for i := range r.Rows {
		row := &r.Rows[i]
		cells := []string{row.Vendor.Name, row.Vendor.AsOf + " " + row.Vendor.Mark, number(row.Vendor.Write), number(row.Vendor.Read),
			percent(row.RawShare), percent(row.SentShare), times(row.Effective), times(row.RawUncached), times(row.SentUncached),
			strconv.Itoa(row.Dearer), strconv.Itoa(row.BelowMinimum)}
		if money {
			cells = append(cells, row.money(row.Raw), row.money(row.Sent))
		}
		if r.Usage.Requests > 0 {
			cells = append(cells, percent(row.ReportedShare), percent(r.Usage.Share))
		}
		out = append(out, cells)
	}
	return out
}

func (r *Row) money(s Spent) string {
	if r.Vendor.InputPerMillion == 0 {
		return "-"
	}
	return strings.TrimSpace(fmt.Sprintf("%.4f %s", s.Cost*r.Vendor.InputPerMillion/1e6, r.Vendor.Currency))
}

func percent(x float64) string { return fmt.Sprintf("%.1f%%", 100*x) }
func times(x float64) string   { return fmt.Sprintf("%.3fx", x) }
func number(x float64) string  { return strconv.FormatFloat(x, 'g', -1, 64) }

// thousands separates groups of three digits.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
