package cache

import (
	"reflect"
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	for in, want := range map[string]address{
		"redis://h":                            {hosts: []string{"h:6379"}},
		"redis://h:7000/":                      {hosts: []string{"h:7000"}},
		"redis://10.0.0.7:1/3":                 {hosts: []string{"10.0.0.7:1"}, db: 3},
		"redis://h?db=4":                       {hosts: []string{"h:6379"}, db: 4},
		"redis://[::1]":                        {hosts: []string{"[::1]:6379"}},
		"redis://[::1]:7000":                   {hosts: []string{"[::1]:7000"}},
		"redis://:p@h":                         {hosts: []string{"h:6379"}, password: "p"},
		"rediss://u:p%2F%40%3A%3F@h.example":   {tls: true, hosts: []string{"h.example:6379"}, user: "u", password: "p/@:?"},
		"redis://u:a@b:c@h":                    {hosts: []string{"h:6379"}, user: "u", password: "a@b:c"},
		"unix:///run/redis.sock":               {hosts: []string{"/run/redis.sock"}},
		"unix://u:p@/run/a b%41.sock?db=2":     {hosts: []string{"/run/a b%41.sock"}, user: "u", password: "p", db: 2},
		"redis+sentinel://h/m":                 {mode: sentinel, hosts: []string{"h:26379"}, master: "m"},
		"rediss+sentinel://u:p@a:1,b/m?db=1":   {mode: sentinel, tls: true, hosts: []string{"a:1", "b:26379"}, master: "m", db: 1, user: "u", password: "p"},
		"redis+cluster://a,b:7001,[::1]:7002":  {mode: cluster, hosts: []string{"a:6379", "b:7001", "[::1]:7002"}},
		"rediss+cluster://u:p@a:7000/?db=0":    {mode: cluster, tls: true, hosts: []string{"a:7000"}, user: "u", password: "p"},
		"redis://service_name.namespace-1.svc": {hosts: []string{"service_name.namespace-1.svc:6379"}},
	} {
		if got, err := parseAddress(in); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v\nwant %+v", in, got, err, want)
		}
	}
}

// No error may quote the password, whatever is wrong with the URL.
func TestBadAddresses(t *testing.T) {
	for name, in := range map[string]string{
		"no_scheme":            "u:hunter2@h:6379",
		"other_scheme":         "http://u:hunter2@h",
		"only_a_scheme":        "redis://",
		"no_host":              "redis://u:hunter2@",
		"no_host_before_port":  "redis://u:hunter2@:6379",
		"port_is_a_word":       "redis://u:hunter2@h:port",
		"port_too_high":        "redis://u:hunter2@h:65536",
		"port_0":               "redis://u:hunter2@h:0",
		"two_hosts":            "redis://u:hunter2@h,i",
		"empty_host_in_list":   "redis+cluster://u:hunter2@h,,i",
		"slash_in_password":    "redis://u:/hunter2@h",
		"slash_and_at":         "redis://u:x@hunter2/y@h",
		"question_in_password": "redis://u:?hunter2@h",
		"question_and_equals":  "redis://u:?hunter2=1@h",
		"bad_escape":           "redis://u:hunter2%zz@h",
		"bad_escape_in_query":  "redis://u:hunter2@h?db=%zz",
		"db_is_a_word":         "redis://u:hunter2@h/hunter2",
		"db_is_negative":       "redis://u:hunter2@h/-1",
		"db_is_huge":           "redis://u:hunter2@h/99999999",
		"no_master":            "redis+sentinel://u:hunter2@h",
		"two_masters":          "redis+sentinel://u:hunter2@h/a/b",
		"cluster_with_a_path":  "redis+cluster://u:hunter2@h/1",
		"cluster_with_a_db":    "redis+cluster://u:hunter2@h?db=1",
		"unix_without_a_path":  "unix://u:hunter2@",
		"unix_with_a_host":     "unix://u:hunter2@h/run/redis.sock",
		"unknown_option":       "redis://u:hunter2@h?hunter2=1",
		"space_in_host":        "redis://u:hunter2@h i",
	} {
		_, err := Open(Options{Redis: Redis{URL: in}})
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error quotes the password: %v", name, err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"redis://u:p@h:1/2?db=3", "redis+sentinel://a,b/m", "unix:///x", "redis+cluster://[::1]:7"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := parseAddress(s)
		if err == nil && (len(a.hosts) == 0 || a.mode == sentinel && a.master == "" || a.mode == single && len(a.hosts) != 1) {
			t.Errorf("%q is fine: %+v", s, a)
		}
	})
}
