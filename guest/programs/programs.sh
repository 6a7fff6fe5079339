#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The servers, then a case for each kind of program. Each case asks the module where the connections went.
set -u
export LC_ALL=C HOME=/tmp
cd /tmp/programs || exit 1
# shellcheck source=guest/programs/cases.sh
. ./cases.sh

routed=10.96.0.1:80
inner=$(to 10.96.0.2:80 127.0.0.1:8003)
nginx=$(to $routed 127.0.0.1:8001)
haproxy=$(to $routed 127.0.0.1:8002)
nobody=$(to 10.96.0.3:80 127.0.0.1:8009)

load_routes() { kmesh-route load routes.toml; }

start_servers() {
    mkdir /tmp/upload
    head -c 3000000 /dev/urandom > /tmp/large
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x.test -days 2 \
        -keyout /tmp/key.pem -out /tmp/cert.pem > /tmp/openssl.log 2>&1
    nginx -e /tmp/nginx.log -c /tmp/programs/nginx.conf > /tmp/nginx.out 2>&1
    haproxy -f haproxy.cfg > /tmp/haproxy.log 2>&1 &
    /usr/bin/python3 greeter.py serve 3306 3307 > /tmp/greeter.log 2>&1 &
    /usr/bin/python3 ktls.py serve 8446 > /tmp/ktls.log 2>&1 &
    openssl s_server -accept 127.0.0.1:8445 -key /tmp/key.pem -cert /tmp/cert.pem -quiet -rev > /tmp/s_server.log 2>&1 &
    listening 8001 8002 8445 8446 3306 3307
}

# ---- curl ----

curl_by_path() {
    mark && gets 'nginx /nginx/1' http://$routed/nginx/1 && gets 'haproxy /haproxy/2 *' http://$routed/haproxy/2 &&
        gets 'inner /front/3 haproxy' http://$routed/front/3 && went 1 "$nginx" 2 "$haproxy" 1 "$inner"
}

curl_by_host_and_header() {
    mark && gets 'haproxy /any *' -H 'Host: haproxy.test' http://$routed/any &&
        gets 'nginx /header' http://$routed/header && gets 'haproxy /header *' -H 'X-User: test-1' http://$routed/header &&
        went 1 "$nginx" 2 "$haproxy"
}

curl_older_and_by_proxy() {
    mark && gets 'nginx /nginx' --http1.0 http://$routed/nginx &&
        gets 'nginx /nginx' -x http://$routed http://x.test/nginx &&
        gets 'nginx /nginx' --http2 http://$routed/nginx && went 3 "$nginx"
}

# One process, one connection: its first request decides.
curl_keeps_its_connection() {
    mark && gets $'nginx /nginx\nnginx /haproxy' http://$routed/nginx http://$routed/haproxy && went 1 "$nginx"
}

curl_ipv6() {
    mark && gets 'nginx /nginx' 'http://[fd00:96::1]/nginx' && gets 'haproxy /haproxy *' 'http://[fd00:96::1]/haproxy' &&
        went 1 "$(to '[fd00:96::1]:80' '[::1]:8001')" 1 "$(to '[fd00:96::1]:80' '[::ffff:127.0.0.1]:8002')"
}

curl_sends_bodies() {
    mark && gets 'haproxy /echo a=1&b=2' -d 'a=1&b=2' http://$routed/echo &&
        gets '*< HTTP/1.1 100 Continue*haproxy /echo a=1&b=2' -v -H 'Expect: 100-continue' -d 'a=1&b=2' http://$routed/echo &&
        gets '*< HTTP/1.1 100 Continue*< HTTP/1.1 201 Created*' -v -T /tmp/large http://$routed/upload/1 &&
        gets '' -H Expect: -T /tmp/large http://$routed/upload/2 &&
        cmp /tmp/large /tmp/upload/1 && cmp /tmp/large /tmp/upload/2 && went 2 "$haproxy" 2 "$nginx"
}

curl_denied() {
    mark && told 55 '*Permission denied*' curl -sS http://$routed/denied &&
        told 55 '*Permission denied*' curl -sS http://$routed/no-route &&
        went 1 "deny by=verdict head=http asked=$routed " 1 "deny by=no_verdict head=http asked=$routed "
}

curl_refused() {
    mark && told '5[56]' '*Connection refused*' curl -sS http://$routed/nobody && went 1 "$(to $routed 127.0.0.1:8009)"
}

# ---- pools ----

python_one() {
    mark && told 0 'nginx 40' /usr/bin/python3 pool.py one && went 1 "$nginx"
}

python_threads() {
    mark && told 0 'haproxy 40 nginx 40' /usr/bin/python3 pool.py threads && went 2 "$nginx" 2 "$haproxy"
}

python_requests() {
    mark && told 0 'nginx 41' /usr/bin/python3 pool.py requests && went 1 "$nginx"
}

python_asyncio() {
    mark && told 0 'haproxy 40 nginx 40' /usr/bin/python3 pool.py asyncio && went 2 "$nginx" 2 "$haproxy"
}

node_agent() {
    mark && told 0 'haproxy * nginx *' /usr/bin/node --no-warnings pool.js agent && went 1 "$nginx" 1 "$haproxy"
}

node_fetch() {
    mark && told 0 'nginx 40' /usr/bin/node --no-warnings pool.js fetch && routed 1 40 && went "$routed_now" "$nginx"
}

# ---- load ----

# wrk_says: requests and no error; sets `requests`.
wrk_says() {
    local answer
    answer=$(timeout 60 wrk -t 1 "$@" 2>&1)
    requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' <<< "$answer")
    [[ "$answer" != *'Socket errors'* && "$answer" != *Non-2xx* && "${requests:-0}" -ge 10 ]] || {
        echo "$answer"
        return 1
    }
}

# It connects once by itself before, and closes that unsent.
wrk_keeps() {
    mark && wrk_says -c 8 -d 1s http://$routed/nginx && went 8 "$nginx"
}

# A connection for each request; those under way at the end may have no answer.
wrk_closes() {
    mark && wrk_says -c 8 -d 1s -H 'Connection: close' http://$routed/nginx && routed "$requests" $((requests + 8))
}

# ---- proxies: their own connections are the armed ones ----

# connects_each NAME PORT FILE: the proxy of that name connects for each request; FILE is what is uploaded.
connects_each() {
    local proxy=http://127.0.0.1:$2
    mark && gets "inner /1 $1" "$proxy/1" && gets "inner /2 $1" "$proxy/2" &&
        gets '' -T /tmp/large "$proxy/upload/$3" && cmp /tmp/large "/tmp/upload/$3" && went 3 "$inner"
}
# keeps PORT: the proxy there has few connections for many requests.
keeps() { mark && wrk_says -c 4 -d 1s "http://127.0.0.1:$1/kept" && routed 1 16; }

nginx_as_client() { connects_each nginx 8005 3; }
nginx_keeps_upstreams() { keeps 8005; }

# What connect() told before is told by send now: an error of the upstream all the same.
nginx_goes_elsewhere() {
    mark && gets 'inner /second nginx' http://127.0.0.1:8005/second &&
        gets 'inner /second nginx' -d a=1 http://127.0.0.1:8005/second &&
        told 0 502 curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1:8005/nobody &&
        told 0 502 curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1:8005/denied &&
        went 2 "$inner" 3 "$nobody" 1 "deny by=verdict head=http asked=$routed "
}

haproxy_as_client() { connects_each haproxy 8006 4; }
haproxy_keeps_servers() { keeps 8006; }

haproxy_splices() {
    mark && gets 'inner /1 *' http://127.0.0.1:8007/1 && gets '' -T /tmp/large http://127.0.0.1:8007/upload/5 &&
        cmp /tmp/large /tmp/upload/5 && went 2 "$inner"
}

# Its turn brings each request to nobody first.
haproxy_goes_elsewhere() {
    mark && told 0 502 curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1:8006/nobody &&
        told 0 50[23] curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1:8006/denied &&
        gets 'inner /elsewhere *' http://127.0.0.1:8006/elsewhere &&
        gets 'inner /elsewhere *' -d a=1 http://127.0.0.1:8006/elsewhere &&
        went 2 "$inner" 3 "$nobody" 1 "deny by=verdict head=http asked=$routed "
}

# To connect says nothing about a service; to ask does.
haproxy_checks() {
    local pid tries code
    mark
    haproxy -f checks.cfg > /tmp/checks.log 2>&1 &
    pid=$!
    listening 8008 && for ((tries = 0; tries < 40; tries++)); do
        ! gets 'connecting * asking 0' http://127.0.0.1:8008/ > /tmp/checks.said || break
        sleep 0.1
    done
    gets 'connecting 1 asking 0' http://127.0.0.1:8008/ > /tmp/checks.said && routed 1 200
    code=$?
    kill $pid
    wait $pid
    [ $code = 0 ] || cat /tmp/checks.said /tmp/checks.log
    return $code
}

# ---- no HTTP/1.x ----

h2_open() {
    mark && told 0 '*100 succeeded, 0 failed*' h2load -n 100 -c 4 -m 10 http://127.0.0.1:8010/h2 &&
        told 0 '*nginx /h2*' nghttp http://127.0.0.1:8010/h2 &&
        went 5 "$(original 127.0.0.1:8010 other:target)"
}

h2_closed() {
    mark && told 0 '*0 succeeded, 2 failed*' h2load -n 2 -c 2 http://127.0.0.1:8011/h2 &&
        went 2 "deny by=no_verdict head=other:target asked=127.0.0.1:8011 "
}

tls_open() {
    mark && gets 'nginx /tls' -k https://127.0.0.1:8443/tls && gets 'nginx /tls' -k --http1.1 https://127.0.0.1:8443/tls &&
        told 0 '*olleh*' bash -c 'printf "hello\\nCLOSE\\n" | openssl s_client -quiet -connect 127.0.0.1:8445' && went 2 "$(original 127.0.0.1:8443 other:method)" \
        1 "$(original 127.0.0.1:8445 other:method)"
}

tls_closed() {
    mark && told 35 '*' curl -sS -k https://127.0.0.1:8444/ && went 1 "deny by=no_verdict head=other:method asked=127.0.0.1:8444 "
}

# tls_stat NAME
tls_stat() { sed -n "s/^$1[[:space:]]*//p" /proc/net/tls_stat; }

# ktls WHEN HEAD: both ends by the kernel, one more connection each way
ktls() {
    local tx rx
    tx=$(tls_stat TlsTxSw) && rx=$(tls_stat TlsRxSw) && [ -n "$tx" ] && mark &&
        told 0 PING /usr/bin/python3 ktls.py ask 8446 "$1" && went 1 "$(original 127.0.0.1:8446 "$2")" &&
        [ "$(tls_stat TlsTxSw)" = $((tx + 2)) ] && [ "$(tls_stat TlsRxSw)" = $((rx + 2)) ] || {
        cat /proc/net/tls_stat /tmp/ktls.log
        return 1
    }
}
ktls_late() { ktls late other:method; }
ktls_early() { ktls early not-whole && ktls early-nonblocking not-whole; }

# ---- the server speaks first ----

# ask_first PORT LEAST MOST: ms to the greeting, the least of three times
ask_first() {
    local ms
    ms=$(timeout 60 /usr/bin/python3 greeter.py ask "$1" 2>&1)
    [[ "$ms" =~ ^[0-9]+$ && "$ms" -ge "$2" && "$ms" -le "$3" ]] || {
        echo "ms to the greeting, $2 to $3 expected: $ms"
        return 1
    }
}

# The service's grace time is 700 ms; a timer may be early by a tick of the kernel's clock.
server_first() {
    mark && ask_first 3306 690 1700 && went 3 "$(original 127.0.0.1:3306 not-whole)" &&
        mark && ask_first 3307 0 350 && [ "$(count deferred)" = "$deferred_before" ]
}

# The control: all of it again. The servers are there, and what needs no route is done; but that is not enough.
without_routes() {
    local i all=0
    kmesh-route unload && gets 'nginx /there' http://127.0.0.1:8001/there || return 1
    for i in "${!cases[@]}"; do
        case ${cases[i]} in load_routes | start_servers | without_routes) continue ;; esac
        if "${cases[i]}" > /tmp/said_without 2>&1; then
            echo "it passes without routes: ${names[i]}"
            all=1
        fi
    done
    gets 'nginx /still' http://127.0.0.1:8001/still && return $all
}

case_of load_routes "kmesh-route loads the routes"
case_of start_servers "nginx, haproxy and the others start"
case_of curl_by_path "curl: by path to nginx, to haproxy, and through it"
case_of curl_by_host_and_header "curl: by host and by header"
case_of curl_older_and_by_proxy "curl: HTTP/1.0, to a proxy, with an upgrade to HTTP/2"
case_of curl_keeps_its_connection "curl: two requests on a connection"
case_of curl_ipv6 "curl: IPv6, to IPv6 and to IPv4"
case_of curl_sends_bodies "curl: bodies, waiting for 100 Continue, large ones"
case_of curl_denied "curl: denied"
case_of curl_refused "curl: refused"
case_of python_one "Python: http.client, one connection"
case_of python_threads "Python: a pool of threads"
case_of python_requests "Python: a session of requests"
case_of python_asyncio "Python: asyncio"
case_of node_agent "Node: an agent that keeps two connections"
case_of node_fetch "Node: fetch"
case_of wrk_keeps "wrk: eight connections"
case_of wrk_closes "wrk: a connection for each request"
case_of nginx_as_client "nginx as a proxy: connects, a large body"
case_of nginx_keeps_upstreams "nginx as a proxy: keeps its upstreams"
case_of nginx_goes_elsewhere "nginx as a proxy: refused, denied, elsewhere"
case_of haproxy_as_client "haproxy as a proxy: connects, a large body"
case_of haproxy_keeps_servers "haproxy as a proxy: keeps its servers"
case_of haproxy_splices "haproxy as a proxy: bytes alone, spliced"
case_of haproxy_goes_elsewhere "haproxy as a proxy: refused, denied, elsewhere"
case_of haproxy_checks "haproxy: checks by connecting and by asking"
case_of h2_open "h2load, nghttp: HTTP/2 to an open service"
case_of h2_closed "h2load: HTTP/2 to a closed service"
case_of tls_open "TLS: curl, openssl, to an open service"
case_of tls_closed "TLS: curl to a closed service"
case_of ktls_late "kTLS: after the first bytes"
case_of ktls_early "kTLS: before them"
case_of server_first "the server speaks first: after the grace time; at once, if it is no service"
case_of without_routes "without routes none of them passes"
run_cases
