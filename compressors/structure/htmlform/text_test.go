package htmlform_test

import (
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure/htmlform"
)

func TestText(t *testing.T) {
	tests := []struct{ name, page, want string }{
		{"page", `<!DOCTYPE html><html><head><title>A &amp; B</title><style>p{}</style></head><body><h1>Top</h1><p>One <b>two</b>.</p></body></html>`,
			"Title: A & B\n\n# Top\n\nOne two."},
		{"white_space", "<p>\n  a\n\tb <i> c</i>d </p>  <p>e</p>", "a b cd\n\ne"},
		{"space_between_inline", "<b>a</b> <i>b</i><u>c</u>", "a bc"},
		{"blocks_break", "<div>a<div>b</div>c</div>d", "a\nb\nc\nd"},
		{"br", "<p>a<br>b<br/><br>c</br>d", "a\nb\n\nc\nd"},
		{"entities", "<p>&lt;b&gt; &eacute;&#8212;&#x41;&nbsp;x &amp;lt; &unknown; &#xD800;", "<b> é—A x &lt; &unknown; \ufffd"},
		{"soft_hyphen_and_zero_width", "<p>co&shy;op a&#8203;b", "coop ab"},
		{"script_and_style", "<p>a<script>if (a<b) {'</p>'}</script><style>x</style><noscript><p>on</noscript><template><p>t</template>b", "ab"},
		{"svg", "<p>a<svg><title>t</title><text>x</text><svg></svg></svg>b<svg/>c", "abc"},
		{"comment", "<p>a<!-- <b> -->b<![CDATA[x]]>", "ab"},
		{"hidden", `<div>a</div><div hidden><div>x</div>y</div><p style="color:red; display : none !important">z</p><p>b`, "a\n\nb"},
		{"hidden_item_without_end", "<ul><li>a<li hidden>b<ul><li>x</ul>c<li>d</ul>e", "- a\n- d\n\ne"},
		{"hidden_last_item", "<ul><li>a<li hidden>b</ul>c", "- a\n\nc"},
		{"hidden_paragraph_without_end", "<div><p hidden>a<b>x</b></div>c<p hidden>y<p>d", "c\n\nd"},
		{"hidden_void", "<p>a<br hidden><img hidden alt=x>b", "ab"},
		{"hidden_custom_element", "<x-y hidden>a<x-y>b</x-y>c</x-y><x-y>d</x-y><p>", "d"},
		{"headings", "<h1>a</h1><h2>b <em>c</em></h2><h3>d<br>e</h3>f<h6></h6>", "# a\n\n## b c\n\n### d e\n\nf"},
		{"heading_without_end", "<h2>a<p>b</p>c", "## a\n\nb\n\nc"},
		{"heading_ends_with_another_number", "<h2>a</h3>b", "## a\n\nb"},
		{"lists", "x<ul><li>a</li><li>b<ol><li>c<li>d</ol></li><li><p>e</p><p>f</p></li></ul>y",
			"x\n- a\n- b\n  1. c\n  2. d\n- e\n\n  f\n\ny"},
		{"numbers", `<ol start=7><li>a<li value="20">b<li>c</ol>`, "7. a\n20. b\n21. c"},
		{"list_in_list_without_text", "<ul><li><ul><li>a<li>b</ul></ul>", "- - a\n  - b"},
		{"empty_item", "<ul><li></li><li>a</li></ul>b", "- a\n\nb"},
		{"definitions", "<dl><dt>a<dd>b<dd>c<dt>d<dd>e</dl>", "a\n  b\n  c\nd\n  e"},
		{"table", "<table><caption>T</caption><thead><tr><th>a<th>b</tr></thead><tr><td>1</td><td> 2\n3</td></tr><tr><td></td><td>4<td></tr></table>x",
			"T\na | b\n1 | 2 3\n | 4\n\nx"},
		{"spans", `<table><tr><td rowspan=2>a<td colspan=2>b<tr><td>c<td>d<tr><td>e</table>`, "a | b | b\na | c | d\ne"},
		{"cell_with_lines", "<table><tr><td>a<br>b<td>c,<br>d</table>", "a; b | c, d"},
		{"table_for_layout", "<table><tr><td><h1>Menu</h1><p>a</p><p>b</p><td><p>c</p><p>d</p><p>e</p></table>", "# Menu\n\na\n\nb\nc\n\nd\n\ne"},
		{"table_in_table", "<table><tr><td>x<td><table><tr><td>a<td>b<tr><td>c<td>d</table></table>", "x | a | b; c | d"},
		{"tables_in_tables", strings.Repeat("<table><tr><td>", 7) + "some words that are written once<td>b" + strings.Repeat("</table>", 7), "some words that are written once | b"},
		{"too_many_tables_in_tables", strings.Repeat("<table><tr><td>", 9) + "a<td>b", "a b"},
		{"row_without_table", "<tr><td>a<td>b</tr>", "a b"},
		{"cell_without_row", "<table><td>a<td>b</table>c", "a | b\n\nc"},
		{"text_in_table", "<table>x<tr><td>a</table>", "x\na"},
		{"list_in_cell_in_list", "<ul><li>a<table><tr><td>b<td>c</table></ul>", "- a\n\n  b | c"},
		{"pre", "<p>x<pre>\n  a &lt; b\n\n\n\tc  d\n</pre>y", "x\n\n```\n  a < b\n\n\n\tc  d\n```\n\ny"},
		{"pre_with_marks", "<pre><code><span>a</span>\n<a href=x>b</a><div>c</div>d</code></pre>", "```\na\nb\nc\nd\n```"},
		{"pre_with_fence", "<pre>```\nx\n```</pre>", "````\n```\nx\n```\n````"},
		{"pre_in_list", "<ul><li>a<pre>b\n c</pre></ul>", "- a\n\n  ```\n  b\n   c\n  ```"},
		{"code_in_text", "<p>call <code>f(x)</code> now", "call f(x) now"},
		{"links", `<p>see <a href="https://a.example/b c">the <b>docs</b> </a>and <a href="/x">x</a>.`, "see [the docs](https://a.example/b%20c) and [x](/x)."},
		{"links_that_say_nothing_more", `<a href="#top">top</a> <a href="javascript:f()">go</a> <a>n</a> <a href="https://a.example">https://a.example</a> <a href="mailto:a@b.example">a@b.example</a>`,
			"top go n https://a.example a@b.example"},
		{"link_without_text", `a <a href="/x"><svg></svg></a> b`, "a b"},
		{"link_in_link", `<a href=/a>a<a href=/b>b</a>`, "[a](/a)[b](/b)"},
		{"link_round_blocks", `<a href=/a><h3>T</h3><p>b</p></a>c`, "### [T\n\nb](/a)\n\nc"},
		{"image", `<p>a <img src=x alt="the  logo"><img src=y alt="">b`, "a the logob"},
		{"linked_image", `<a href="/"><img alt=Home></a>`, "[Home](/)"},
		{"quote", "<blockquote><p>a</p><p>b</p><blockquote>c</blockquote></blockquote><q>d</q>", "> a\n>\n> b\n>\n> > c\n\n\"d\""},
		{"raised_and_lowered", "10<sup>3</sup> H<sub>2</sub>O a<sup> </sup>b", "10^3 H_2O a b"},
		{"deleted", "<p><del>100</del> <ins>80</ins><s></s>", "~~100~~ 80"},
		{"ruby", "<ruby>漢<rt>kan</ruby>x <ruby>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby>", "漢(kan)x 字(ji)"},
		{"form", `<form><label>Name<input value="x"></label><input type=hidden value=y><input type=checkbox checked>yes<input type=radio>no<button>Go</button><select><option>a<option>b</select><input type=submit value=Send></form>`,
			"Name x [x] yes [ ] no Go\na\nb Send"},
		{"rule", "a<hr>b", "a\n\n---\n\nb"},
		{"unclosed_and_stray", "<div><b>a</i></div></p></table><p>b</x>c", "a\n\nbc"},
		{"upper_case", "<UL><LI>a<LI>b</UL>", "- a\n- b"},
		{"part_of_a_page", "a <b>b</b>", "a b"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			page := x.page + "<!-- so that the text is shorter than the page -->"
			got, ok := htmlform.Text(page)
			if !ok || got != x.want+"\n" {
				t.Errorf("got  %q, %v\nwant %q", got, ok, x.want+"\n")
			}
		})
	}
}

func TestTextRefuses(t *testing.T) {
	tests := []struct{ name, page string }{
		{"nothing", ""},
		{"plain_text", "a < b and c > d"},
		{"no_text", "<div><img src=x></div>"},
		{"unknown_tags", "<foo>a</foo><bar>b</bar>"},
		{"hides_the_rest", "<p>a<div hidden>b"},
		{"longer", "<h6>a"},
		{"too_long", "<p>" + strings.Repeat("a ", 8<<20)},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			if got, ok := htmlform.Text(x.page); ok || got != "" {
				t.Errorf("got %.60q, %v", got, ok)
			}
		})
	}
}
