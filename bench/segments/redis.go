package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a real one, of this program alone, with the settings of deploy/redis.conf
// that matter here.
type redisServer struct {
	addr   string
	folder string
	cmd    *exec.Cmd
	admin  *redis.Client
}

func startRedis(ctx context.Context, bin string) (*redisServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &redisServer{addr: l.Addr().String()}
	_, port, _ := net.SplitHostPort(r.addr)
	_ = l.Close()
	if r.folder, err = os.MkdirTemp("", "redis"); err != nil {
		return nil, err
	}
	r.cmd = exec.Command(bin, "--port", port, "--bind", "127.0.0.1", "--dir", r.folder, "--save", "", "--appendonly", "no",
		"--maxmemory", "1gb", "--maxmemory-policy", "volatile-lfu", "--loglevel", "warning")
	r.cmd.Stderr = os.Stderr
	if err := r.cmd.Start(); err != nil {
		_ = os.RemoveAll(r.folder)
		return nil, err
	}
	r.admin = redis.NewClient(&redis.Options{Addr: r.addr, Protocol: 2, DisableIdentity: true})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := r.admin.Ping(ctx).Err()
		if err == nil {
			return r, nil
		}
		if ctx.Err() != nil || time.Now().After(end) {
			r.stop()
			return nil, fmt.Errorf("redis-server does not answer: %w", err)
		}
	}
}

func (r *redisServer) stop() {
	_ = r.admin.Close()
	_ = r.cmd.Process.Kill() // it holds nothing that lasts
	_ = r.cmd.Wait()
	_ = os.RemoveAll(r.folder)
}

// info returns one number of INFO.
func (r *redisServer) info(ctx context.Context, name string) (int64, error) {
	all, err := r.admin.Info(ctx).Result()
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(all) {
		if k, v, _ := strings.Cut(strings.TrimSpace(line), ":"); k == name {
			return strconv.ParseInt(v, 10, 64)
		}
	}
	return 0, fmt.Errorf("redis-server does not tell its %s", name)
}

func (r *redisServer) version(ctx context.Context) string {
	all, _ := r.admin.Info(ctx, "server").Result()
	_, v, _ := strings.Cut(all, "redis_version:")
	v, _, _ = strings.Cut(v, "\r\n")
	return v
}

// stock is what some keys take.
type stock struct {
	keys   int64
	values int64 // bytes
	memory int64 // bytes, with what Redis needs for each besides
}

// longest is the most bytes of a value that can be the analysis of one segment; whole
// results of long texts have more.
const longest = 8 << 10

// stocks counts the keys with short values and those with long ones.
func (r *redisServer) stocks(ctx context.Context) (short, long stock, err error) {
	keys := r.admin.Scan(ctx, 0, "*", 1000).Iterator()
	for keys.Next(ctx) {
		n, err := r.admin.StrLen(ctx, keys.Val()).Result()
		if err != nil {
			return short, long, err
		}
		m, err := r.admin.MemoryUsage(ctx, keys.Val()).Result()
		if err != nil {
			return short, long, err
		}
		s := &short
		if n > longest {
			s = &long
		}
		s.keys, s.values, s.memory = s.keys+1, s.values+n, s.memory+m
	}
	return short, long, keys.Err()
}
