"""edge-constant: a constant answer over TLS, requests per processor second of the edge against nginx, HTTP/1.1 and HTTP/2. Both servers
have one process, the same body, TLS 1.3 with AES-128-GCM and P-256; 32 connections (HTTP/2: 8 streams on each)."""
import subprocess
import tempfile

from installation import free_port
import common

AIM, CONNECTIONS, STREAMS = 1.0, 32, 8
BODY = '{"status":"ok"}'


def start_nginx(folder, port):
    cert, key = common.certificate(folder)
    with open(f'{folder}/nginx.conf', 'w', encoding='ascii') as conf:
        conf.write(f'''daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} ssl http2; ssl_protocols TLSv1.3; ssl_certificate {cert};
    ssl_certificate_key {key}; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    location / {{ default_type application/json; return 200 '{BODY}'; }} }} }}
''')
    return subprocess.Popen(['nginx', '-p', folder, '-c', f'{folder}/nginx.conf'], stderr=subprocess.DEVNULL)


def figure(bench):
    bench.packages('nginx-light', 'nghttp2-client', 'curl', 'openssl') if not common.shutil.which('nginx') else bench.packages('nghttp2-client')
    ports = free_port(), free_port()
    urls = [f'https://localhost:{p}/healthz' for p in ports]
    with tempfile.TemporaryDirectory() as folder:
        servers = [subprocess.Popen([bench.program('bench/bench_edge_constant_server'), str(ports[0])], stdin=subprocess.PIPE),
                   start_nginx(folder, ports[1])]
        try:
            for url, server in zip(urls, servers):
                common.wait_for(url, server)
            for name, http2 in (('edge-constant.h1', False), ('edge-constant.h2', True)):
                def side(i, http2=http2):
                    return lambda: common.measure([servers[i].pid], lambda: common.h2load(urls[i], bench.seconds, CONNECTIONS, http2, STREAMS if http2 else 1))
                side(0)(), side(1)()
                samples = common.interleave(bench.rounds, side(0), side(1))
                yield common.row(name, samples, AIM, 'requests/cpu s', 'per_cpu')
        finally:
            servers[0].stdin.close()
            servers[0].wait(timeout=20)
            common.end(servers[1])
