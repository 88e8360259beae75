package logform_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// logs returns texts of the kinds that this form is for, of about n lines each. They are
// made up, but look like the output of the programs.
func logs(n int) map[string]string {
	return map[string]string{
		"service":    serviceLog(n, 1),
		"nginx":      nginxLog(n, 2),
		"dmesg":      dmesgLog(n, 3),
		"gotest":     goTest(n, 4),
		"pytest":     pyTest(n, 5),
		"panics":     goPanics(n, 6),
		"tracebacks": tracebacks(n, 7),
		"npm":        npmInstall(n, 8),
		"cargo":      cargoBuild(n, 9),
		"syslog":     syslog(n, 10),
	}
}

type maker struct {
	*rand.Rand
	strings.Builder
	at time.Time
}

func newMaker(seed uint64) *maker {
	return &maker{Rand: rand.New(rand.NewPCG(seed, 7)), at: time.Date(2026, 3, 1, 10, 15, 2, 0, time.UTC)}
}

func (m *maker) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

func (m *maker) wait(most int) time.Time {
	m.at = m.at.Add(time.Duration(m.IntN(most)) * time.Millisecond)
	return m.at
}

func (m *maker) pick(all ...string) string { return all[m.IntN(len(all))] }

func (m *maker) ip() string { return fmt.Sprintf("10.%d.%d.%d", m.IntN(4), m.IntN(250), m.IntN(250)) }

func (m *maker) hex(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789abcdef"[m.IntN(16)]
	}
	return string(b)
}

func serviceLog(n int, seed uint64) string {
	m := newMaker(seed)
	for range n {
		t := m.wait(900).Format("2006-01-02 15:04:05.000")
		switch m.IntN(9) {
		case 0, 1, 2:
			m.line("%s INFO  [http-nio-8080-exec-%d] c.example.shop.OrderController : order %d accepted for customer %s in %d ms", t, m.IntN(20), 100000+m.IntN(90000), m.hex(8), m.IntN(400))
		case 3, 4:
			m.line("%s DEBUG [pool-3-thread-%d] c.example.shop.db.Pool : connection conn_%d returned, %d idle, %d active", t, m.IntN(8), m.IntN(5000), m.IntN(30), m.IntN(30))
		case 5:
			m.line("%s WARN  [scheduler-1] c.example.shop.Billing : upstream billing service answered 503, retry in %ds", t, 1+m.IntN(9))
		case 6:
			m.line("%s ERROR [http-nio-8080-exec-%d] c.example.shop.OrderController : cannot store order %d", t, m.IntN(20), 100000+m.IntN(90000))
			m.WriteString("java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms.\n" +
				"\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:696)\n" +
				"\tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:181)\n" +
				"\tat com.example.shop.db.Store.save(Store.java:77)\n" +
				"\tat com.example.shop.OrderController.create(OrderController.java:41)\n" +
				"\t... 42 more\n")
		case 7:
			m.line("%s INFO  [main] c.example.shop.Cache : evicted %d entries, codec::pool_%d holds 8192000 bytes", t, m.IntN(500), m.IntN(40))
		default:
			m.line("%s INFO  [heartbeat] c.example.shop.Health : ok", t)
		}
	}
	return m.String()
}

func nginxLog(n int, seed uint64) string {
	m := newMaker(seed)
	for range n {
		m.line(`%s - - [%s] "%s %s HTTP/1.1" %s %d "%s" "%s"`, m.ip(), m.wait(3000).Format("02/Jan/2006:15:04:05 -0700"),
			m.pick("GET", "GET", "GET", "POST"), m.pick("/", "/api/v1/orders", "/api/v1/orders/"+m.hex(6), "/static/app.js", "/healthz"),
			m.pick("200", "200", "200", "304", "404", "502"), m.IntN(40000), m.pick("-", "https://shop.example.com/"),
			m.pick("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "kube-probe/1.29", "curl/8.5.0"))
	}
	return m.String()
}

func dmesgLog(n int, seed uint64) string {
	m := newMaker(seed)
	s := 0.0
	for range n {
		s += m.Float64()
		switch m.IntN(5) {
		case 0:
			m.line("[%12.6f] usb %d-%d: new high-speed USB device number %d using xhci_hcd", s, m.IntN(4), m.IntN(6), m.IntN(90))
		case 1:
			m.line("[%12.6f] pci 0000:%02x:%02x.%d: BAR 0: assigned [mem 0x%s-0x%s 64bit]", s, m.IntN(40), m.IntN(30), m.IntN(4), m.hex(8), m.hex(8))
		case 2:
			m.line("[%12.6f] EXT4-fs (sda%d): mounted filesystem with ordered data mode. Quota mode: none.", s, m.IntN(4))
		case 3:
			m.line("[%12.6f] audit: type=1400 audit(%d.%03d:%d): apparmor=\"DENIED\" operation=\"open\" pid=%d comm=\"cupsd\"", s, 1772000000+m.IntN(9999), m.IntN(1000), m.IntN(500), m.IntN(30000))
		default:
			m.line("[%12.6f] eth0: link is %s", s, m.pick("up", "down"))
		}
	}
	return m.String()
}

func goTest(n int, seed uint64) string {
	m := newMaker(seed)
	for i := 0; i < n; i += 9 {
		name := m.pick("TestParse", "TestEncode", "TestCache", "TestLimit", "TestRoute")
		m.line("=== RUN   %s", name)
		for _, c := range []string{"empty", "one_line", "tie_goes_to_the_earlier"} {
			m.line("=== RUN   %s/%s", name, c)
		}
		if m.IntN(6) == 0 {
			m.line("    %s_test.go:%d: got %d, want %d", strings.ToLower(name[4:]), m.IntN(300), m.IntN(50), m.IntN(50))
			m.line("--- FAIL: %s (0.%02ds)", name, m.IntN(100))
		} else {
			m.line("--- PASS: %s (0.%02ds)", name, m.IntN(100))
		}
		for _, c := range []string{"empty", "one_line", "tie_goes_to_the_earlier"} {
			m.line("    --- PASS: %s/%s (0.00s)", name, c)
		}
		m.line("ok  \tgithub.com/example/shop/internal/%s\t%d.%03ds", strings.ToLower(name[4:]), m.IntN(4), m.IntN(1000))
	}
	return m.String()
}

func pyTest(n int, seed uint64) string {
	m := newMaker(seed)
	m.line("============================= test session starts ==============================")
	m.line("platform linux -- Python 3.12.3, pytest-8.2.0, pluggy-1.5.0")
	for i := range n {
		m.line("tests/%s.py::test_%s[%d-%s] %s %s [%3d%%]", m.pick("test_api", "test_store", "test_cli"), m.pick("create", "read_back", "delete", "list_all"),
			m.IntN(20), m.pick("sqlite", "postgres"), m.pick("PASSED", "PASSED", "PASSED", "SKIPPED", "FAILED"), strings.Repeat(" ", 20), i*100/n)
	}
	m.line("=========================== short test summary info ============================")
	return m.String()
}

func goPanics(n int, seed uint64) string {
	m := newMaker(seed)
	for i := 0; i < n; i += 14 {
		m.line("%s worker %d: job %d started", m.wait(5000).Format("2006/01/02 15:04:05"), m.IntN(8), m.IntN(100000))
		m.WriteString("panic: runtime error: invalid memory address or nil pointer dereference [recovered]\n" +
			"[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x6f2a41]\n\n")
		m.line("goroutine %d [running]:", 20+m.IntN(9000))
		m.WriteString("github.com/example/shop/internal/queue.(*Worker).handle(0xc0001a2000)\n" +
			"\t/src/shop/internal/queue/worker.go:118 +0x1c1\n" +
			"github.com/example/shop/internal/queue.(*Worker).Run(0xc0001a2000, {0x8d2f10, 0xc000022100})\n" +
			"\t/src/shop/internal/queue/worker.go:64 +0xa5\n" +
			"created by main.main in goroutine 1\n" +
			"\t/src/shop/cmd/worker/main.go:41 +0x2e5\n")
		m.line("%s worker restarted", m.wait(50).Format("2006/01/02 15:04:05"))
	}
	return m.String()
}

func tracebacks(n int, seed uint64) string {
	m := newMaker(seed)
	for i := 0; i < n; i += 11 {
		m.line("%s ERROR celery.worker: Task app.tasks.sync[%s-%s] raised unexpected", m.wait(9000).Format("2006-01-02 15:04:05,000"), m.hex(8), m.hex(12))
		m.WriteString("Traceback (most recent call last):\n" +
			"  File \"/usr/lib/python3.12/site-packages/celery/app/trace.py\", line 453, in trace_task\n" +
			"    R = retval = fun(*args, **kwargs)\n" +
			"  File \"/srv/app/tasks.py\", line 88, in sync\n" +
			"    client.push(batch)\n" +
			"  File \"/srv/app/client.py\", line 31, in push\n" +
			"    raise ConnectionError(f\"no route to {self.host}\")\n" +
			"ConnectionError: no route to store-2.internal\n")
		for range m.IntN(3) {
			m.line("%s INFO celery.worker: Task app.tasks.ping succeeded in 0.%03ds: None", m.wait(900).Format("2006-01-02 15:04:05,000"), m.IntN(1000))
		}
	}
	return m.String()
}

func npmInstall(n int, seed uint64) string {
	m := newMaker(seed)
	for range n {
		switch m.IntN(3) {
		case 0:
			m.line("npm warn deprecated %s@%d.%d.%d: this version is no longer supported", m.pick("glob", "rimraf", "inflight", "uuid"), m.IntN(9), m.IntN(9), m.IntN(9))
		case 1:
			m.line("npm http fetch GET 200 https://registry.example.org/%s/-/%s-%d.%d.%d.tgz %dms (cache miss)", m.pick("left-pad", "lodash", "chalk"), m.pick("left-pad", "lodash", "chalk"), m.IntN(9), m.IntN(9), m.IntN(9), m.IntN(900))
		default:
			m.line("npm timing reifyNode:node_modules/%s Completed in %dms", m.pick("react", "react-dom", "vite", "esbuild"), m.IntN(4000))
		}
	}
	m.line("\nadded %d packages, and audited %d packages in %ds", n, n+1, m.IntN(60))
	return m.String()
}

func cargoBuild(n int, seed uint64) string {
	m := newMaker(seed)
	for i := 0; i < n; i += 2 {
		m.line("   Compiling %s v%d.%d.%d", m.pick("serde", "tokio", "syn", "quote", "hyper", "rustls"), m.IntN(3), m.IntN(40), m.IntN(20))
		if m.IntN(5) == 0 {
			m.line("warning: unused variable: `%s`\n  --> src/%s.rs:%d:%d\n   |\n   = note: `#[warn(unused_variables)]` on by default\n", m.pick("x", "tmp", "ctx"), m.pick("main", "lib", "net"), m.IntN(400), m.IntN(60))
		}
	}
	m.line("    Finished `release` profile [optimized] target(s) in %d.%02ds", m.IntN(90), m.IntN(100))
	return m.String()
}

func syslog(n int, seed uint64) string {
	m := newMaker(seed)
	for range n {
		t := m.wait(4000).Format("Jan _2 15:04:05")
		switch m.IntN(4) {
		case 0:
			m.line("%s web-1 sshd[%d]: Failed password for invalid user %s from %s port %d ssh2", t, m.IntN(30000), m.pick("admin", "test", "oracle"), m.ip(), m.IntN(60000))
		case 1:
			m.line("%s web-1 systemd[1]: Started Session %d of user deploy.", t, m.IntN(9000))
		case 2:
			m.line("%s web-1 CRON[%d]: (root) CMD (run-parts /etc/cron.hourly)", t, m.IntN(30000))
		default:
			m.line("%s web-1 kernel: [%d.%06d] TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.", t, m.IntN(90000), m.IntN(1000000))
		}
	}
	return m.String()
}
