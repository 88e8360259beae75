package metatoken

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// logText has lines of a dozen templates, with numbers, names and addresses in them.
func logText(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 7))
	templates := []func() string{
		func() string {
			return fmt.Sprintf("WARN scheduler: task queue is above the high watermark on node-%d (depth %d)", r.IntN(64), r.IntN(3000))
		},
		func() string {
			return fmt.Sprintf("INFO http: request served method=GET path=/api/v1/items/%d status=200 bytes=%d took=%dms", r.IntN(9999), r.IntN(1e6), r.IntN(900))
		},
		func() string {
			return fmt.Sprintf("ERROR billing: request failed while contacting the upstream service; retry in %ds", r.IntN(60))
		},
		func() string {
			return fmt.Sprintf("INFO raft: heartbeat received from peer %x-%x term=%d", r.Uint32(), r.Uint32(), r.IntN(50))
		},
		func() string {
			return fmt.Sprintf("DEBUG cache: entry %x was evicted because the segment is full", r.Uint64())
		},
		func() string {
			return fmt.Sprintf("INFO auth: session opened for user u%03d by (uid=0) from 10.0.%d.%d", r.IntN(500), r.IntN(256), r.IntN(256))
		},
		func() string { return "INFO gc: nothing to collect, going back to sleep" },
	}
	var b strings.Builder
	for ms := 0; b.Len() < n; ms += r.IntN(4000) {
		fmt.Fprintf(&b, "2026-03-01T%02d:%02d:%02d.%03dZ %s\n", ms/3600000%24, ms/60000%60, ms/1000%60, ms%1000, templates[r.IntN(len(templates))]())
	}
	return b.String()[:n]
}

func htmlText(rows int) string {
	r := rand.New(rand.NewPCG(8, 8))
	var b strings.Builder
	b.WriteString("<html>\n<body>\n<table class=\"table table-striped\">\n")
	for i := range rows {
		fmt.Fprintf(&b, "  <tr>\n    <td class=\"text-right text-muted\">%d</td>\n    <td class=\"name\"><a href=\"/items/%d\" class=\"btn btn-link\">Item %d</a></td>\n    <td>%d EUR</td>\n  </tr>\n", i, r.IntN(999), i, r.IntN(99))
	}
	return b.String() + "</table>\n</body>\n</html>\n"
}

var vocabulary = strings.Fields(`the of and to a in that it is was for on with as by at from his they be this
	which or had not are but have one were all there when we can said use an each how their if will up other
	about out many then them these so some her would make like him into time has look two more write go see
	number way could people my than first water been call who its now find long down day did get come made may`)

func proseText(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 9))
	var b strings.Builder
	for b.Len() < n {
		for range 5 + r.IntN(15) {
			b.WriteString(vocabulary[r.IntN(len(vocabulary))] + " ")
		}
		b.WriteString("and so on. ")
		if r.IntN(6) == 0 {
			b.WriteString("\n\n")
		}
	}
	return b.String()
}

func chineseText(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 10))
	clauses := []string{"由于网络连接失败，请稍后重试", "服务器没有返回任何数据", "任务已经完成", "用户没有权限访问该资源，请联系管理员"}
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%d号：%s。", r.IntN(1000), clauses[r.IntN(len(clauses))])
	}
	return b.String()
}
