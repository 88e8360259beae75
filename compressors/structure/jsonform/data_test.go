package jsonform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Documents such as programs and services give, made up, as large as one likes.

var (
	given      = strings.Fields("Ada Bob Carla Deniz Emil Farida Goran Hana Ivo June Kofi Lena Mateo Nora Omar Petra Quinn Rosa Sven Tariq")
	family     = strings.Fields("Ahmed Becker Costa Dubois Eriksen Fischer Garcia Haddad Ito Jansen Kowalski Lopez Meyer Novak Okafor Patel Rossi Silva Tanaka Weber")
	vocabulary = strings.Fields("add cache client config connection context crash default delete docs error fails file flag handle header index input limit list memory missing name option output panic parse path query race request response retry server slow string support test timeout token type update wrong")
)

type object = json.RawMessage

// obj writes an object with its keys in this order.
func obj(pairs ...any) object {
	var b bytes.Buffer
	b.WriteByte('{')
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(marshal(pairs[i]) + ":" + marshal(pairs[i+1]))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func marshal(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func pretty(v any, indent string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(marshal(v)), "", indent); err != nil {
		panic(err)
	}
	return b.String() + "\n"
}

func many(n int, f func(r *rand.Rand, i int) object) []object {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	all := make([]object, n)
	for i := range all {
		all[i] = f(r, i)
	}
	return all
}

func pick(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }

func phrase(r *rand.Rand, n int) string {
	var all []string
	for range n {
		all = append(all, pick(r, vocabulary))
	}
	return strings.Join(all, " ")
}

func stamp(r *rand.Rand, i int) string {
	return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(i)*7*time.Minute + time.Duration(r.IntN(60))*time.Second).Format(time.RFC3339)
}

func hexes(r *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%08x", r.Uint32())
	}
	return b.String()[:n]
}

// customers are flat, uniform records.
func customers(n int) object {
	return obj("customers", many(n, func(r *rand.Rand, i int) object {
		name, last := pick(r, given), pick(r, family)
		return obj("id", 1000+i, "name", name+" "+last, "email", strings.ToLower(name+"."+last)+"@example.com", "city", pick(r, []string{"Lisbon", "Oslo", "São Paulo", "Kyoto", "Nairobi"}),
			"active", r.IntN(3) > 0, "balance", float64(r.IntN(100000))/100, "since", stamp(r, i)[:10])
	}))
}

// metrics are numbers.
func metrics(n int) []object {
	return many(n, func(r *rand.Rand, i int) object {
		return obj("ts", 1772000000+i*60, "host", fmt.Sprintf("node-%02d", r.IntN(20)), "cpu", float64(r.IntN(1000))/10, "mem", r.IntN(16000), "errors", r.IntN(3))
	})
}

func user(r *rand.Rand) object {
	i := r.IntN(len(given))
	login := strings.ToLower(given[i])
	return obj("login", login, "id", 40000+i, "avatar_url", fmt.Sprintf("https://avatars.example.com/u/%d?v=4", 40000+i), "html_url", "https://git.example.com/"+login, "type", "User", "site_admin", false)
}

// issues are like those of a forge: nested users, lists of labels, null or a record.
func issues(n int) []object {
	labels := []object{
		obj("id", 11, "name", "bug", "color", "d73a4a", "default", true, "description", "Something isn't working"),
		obj("id", 12, "name", "enhancement", "color", "a2eeef", "default", true, "description", "New feature or request"),
		obj("id", 13, "name", "good first issue", "color", "7057ff", "default", true, "description", "Good for newcomers"),
		obj("id", 14, "name", "area/proxy", "color", "c5def5", "default", false, "description", nil),
	}
	return many(n, func(r *rand.Rand, i int) object {
		var of []object
		for _, k := range r.Perm(len(labels))[:r.IntN(4)] {
			of = append(of, labels[k])
		}
		if of == nil {
			of = []object{}
		}
		number := 900 - i
		url := fmt.Sprintf("https://git.example.com/acme/widgets/issues/%d", number)
		var assignee any
		if r.IntN(3) == 0 {
			assignee = user(r)
		}
		return obj("id", 2100000000+i*31, "number", number, "title", phrase(r, 3+r.IntN(5)), "html_url", url, "state", pick(r, []string{"open", "open", "closed"}),
			"locked", false, "user", user(r), "labels", of, "assignee", assignee, "milestone", nil, "comments", r.IntN(12),
			"created_at", stamp(r, i), "updated_at", stamp(r, i+50), "author_association", pick(r, []string{"NONE", "CONTRIBUTOR", "MEMBER"}),
			"body", "### What happened\n\n"+phrase(r, 20)+", "+phrase(r, 8)+".\n\n```\npanic: "+phrase(r, 3)+"\n```\n")
	})
}

// lock is like a package-lock.json.
func lock(n int) object {
	pairs := []any{"", obj("name", "web", "version", "1.0.0", "license", "MIT", "dependencies", obj("vite", "^7.0.0", "zod", "^4.1.0"))}
	for i, p := range many(n, func(r *rand.Rand, i int) object {
		name, version := pick(r, vocabulary)+"-"+pick(r, vocabulary), fmt.Sprintf("%d.%d.%d", r.IntN(9), r.IntN(20), r.IntN(10))
		pairs := []any{"version", version, "resolved", "https://npm.example.com/" + name + "/-/" + name + "-" + version + ".tgz", "integrity", "sha512-" + hexes(r, 86) + "=="}
		if r.IntN(2) == 0 {
			pairs = append(pairs, "dev", true)
		}
		pairs = append(pairs, "license", "MIT")
		if r.IntN(3) == 0 {
			pairs = append(pairs, "dependencies", obj(pick(r, vocabulary), "^1.2.0"))
		}
		if r.IntN(2) == 0 {
			pairs = append(pairs, "engines", obj("node", ">=18"))
		}
		return obj(pairs...)
	}) {
		pairs = append(pairs, fmt.Sprintf("node_modules/%s-%d", vocabulary[i%len(vocabulary)], i), p)
	}
	return obj("name", "web", "version", "1.0.0", "lockfileVersion", 3, "requires", true, "packages", obj(pairs...))
}

// pods are like what kubectl get pods -o json gives.
func pods(n int) object {
	return obj("apiVersion", "v1", "items", many(n, func(r *rand.Rand, i int) object {
		app := pick(r, vocabulary)
		name := fmt.Sprintf("%s-%s-%s", app, hexes(r, 10), hexes(r, 5))
		return obj("apiVersion", "v1", "kind", "Pod", "metadata", obj("creationTimestamp", stamp(r, i), "labels", obj("app", app, "pod-template-hash", hexes(r, 10)), "name", name, "namespace", "shop", "uid", hexes(r, 8)+"-"+hexes(r, 4)),
			"spec", obj("containers", []object{obj("image", "registry.example.com/"+app+":1."+fmt.Sprint(r.IntN(30)), "imagePullPolicy", "IfNotPresent", "name", app,
				"resources", obj("limits", obj("cpu", "500m", "memory", "512Mi"), "requests", obj("cpu", "100m", "memory", "128Mi")))}, "nodeName", fmt.Sprintf("node-%d", r.IntN(9)), "restartPolicy", "Always"),
			"status", obj("conditions", []object{obj("lastProbeTime", nil, "lastTransitionTime", stamp(r, i), "status", "True", "type", "Initialized"), obj("lastProbeTime", nil, "lastTransitionTime", stamp(r, i+1), "status", "True", "type", "Ready")},
				"hostIP", fmt.Sprintf("10.0.0.%d", r.IntN(200)), "phase", pick(r, []string{"Running", "Running", "Pending"}), "podIP", fmt.Sprintf("10.1.%d.%d", r.IntN(9), r.IntN(250)), "startTime", stamp(r, i)))
	}), "kind", "List", "metadata", obj("resourceVersion", ""))
}

// events are log lines of JSON, one a line, some with more keys than others.
func events(n int) string {
	var b strings.Builder
	for _, e := range many(n, func(r *rand.Rand, i int) object {
		pairs := []any{"time", stamp(r, i), "level", pick(r, []string{"INFO", "INFO", "WARN", "ERROR"}), "msg", "request " + pick(r, []string{"served", "retried", "refused"}), "method", "GET", "path", "/v1/" + pick(r, vocabulary), "status", 200 + 100*r.IntN(4), "ms", r.IntN(900)}
		if r.IntN(3) == 0 {
			pairs = append(pairs, "err", phrase(r, 4))
		}
		return obj(pairs...)
	}) {
		b.Write(e)
		b.WriteByte('\n')
	}
	return b.String()
}

// hits are what a search gives, in Chinese, as json.dumps writes it.
func hits(n int) string {
	titles := []string{"如何配置代理服务器", "数据库连接超时的处理方法", "缓存失效策略比较", "压缩提示词的若干方法"}
	doc := obj("query", "代理 缓存", "hits", many(n, func(r *rand.Rand, i int) object {
		return obj("id", i, "title", pick(r, titles), "snippet", pick(r, titles)+"，"+pick(r, titles)+"。详见第"+fmt.Sprint(i)+"章。", "score", float64(r.IntN(1000))/1000)
	}))
	return strings.NewReplacer(`":`, `": `, `,"`, `, "`, `},{`, `}, {`).Replace(ascii(marshal(doc)))
}

// documents are the data above in the sizes and styles in which one meets them.
func documents() []struct{ name, text string } {
	t6 := obj("items", []object{obj("sku", "A1", "qty", 2, "price", 9.99), obj("sku", "B2", "qty", 1, "price", 14.5), obj("sku", "C3", "qty", 7, "price", 3.25)})
	return []struct{ name, text string }{
		{"three records", pretty(t6, "  ")},
		{"10 customers", pretty(customers(10), "  ")},
		{"100 customers", pretty(customers(100), "  ")},
		{"1000 customers", marshal(customers(1000))},
		{"10 metrics", pretty(metrics(10), "  ")},
		{"100 metrics", pretty(metrics(100), "    ")},
		{"1000 metrics", marshal(metrics(1000))},
		{"30 issues", pretty(issues(30), "  ")},
		{"package-lock, 80", pretty(lock(80), "  ")},
		{"20 pods", pretty(pods(20), "    ")},
		{"200 events, NDJSON", events(200)},
		{"40 hits, Chinese", hits(40)},
	}
}
