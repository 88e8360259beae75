package htmlform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure/htmlform"
)

// BenchmarkText times pages: typical up to table, made to be slow from there on. Cost
// grows with the size alone.
func BenchmarkText(b *testing.B) {
	for _, x := range []struct{ name, part string }{
		{"article", `<div class="section" id="s1"><h2>A heading</h2><p class="lead">Some <em>words</em> of a paragraph with <a href="/a/b.html">a link</a> &amp; more of it, so that it is long enough.</p></div>`},
		{"code", "<pre><code class=\"go\"><span class=\"k\">func</span> <span class=\"nf\">main</span>() {\n\treturn\n}</code></pre>\n"},
		{"list", `<ul class="nav"><li><a href="/one">One</a></li><li><a href="/two">Two</a></li></ul>`},
		{"table", `<table><tr><th>Name</th><th>Value</th></tr><tr><td>a</td><td>17</td></tr></table>`},
		{"script", `<script>if (a < b) { c("</p>") }</script><p>a</p>`},
		{"open_divs", "<div>a"},
		{"open_lists", "<ul><li>a"},
		{"open_tables", "<table><tr><td>a"},
		{"open_quotes", "<q><del>"},
		{"open_formats", "<font a=1><b><p>a"},
		{"stray_ends", "</div></a></p>a"},
		{"spans", "<td rowspan=9 colspan=9>a<tr>"},
		{"attributes", "<p a b c d e f g h i j k=l>a"},
		{"angles", "<<"},
		{"ampersands", "&"},
	} {
		for _, size := range []int{16_000, 1_000_000} {
			page := "<p>a</p>" + strings.Repeat(x.part, size/len(x.part))
			b.Run(fmt.Sprintf("page=%s/kB=%d", x.name, size/1000), func(b *testing.B) {
				b.SetBytes(int64(len(page)))
				b.ReportAllocs()
				for b.Loop() {
					htmlform.Text(page)
				}
			})
		}
	}
}
