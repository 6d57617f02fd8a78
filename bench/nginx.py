"""A server that is not ours: nginx, which has the archive itself, and hands other calls to ours."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from bench.archives import Archive
from bench.stage import Stage

# A download is answered as kaggle.com does: a redirect to a file whose MD5 is told in Google's header.
_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  default_type application/zip;
  client_body_temp_path {folder}/bodies;
  proxy_temp_path {folder}/proxied;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location = /api/v1/datasets.DatasetApiService/DownloadDataset {{
      return 302 http://$http_host/files/{name};
    }}
    location /api/v1/datasets/download/ {{
      return 302 http://$http_host/files/{name};
    }}
    location /files/ {{
      alias {files}/;
      add_header x-goog-hash md5={md5};
    }}
    location / {{
      proxy_pass http://{api};
      proxy_set_header Host $proxy_host;
      proxy_hide_header X-Brant-Extensions;
    }}
  }}
}}
"""


def program() -> str | None:
    """The program, if this machine has it."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")


@contextmanager
def serving(archive: Archive, stage: Stage) -> Iterator[str]:
    """The address of an nginx that gives this archive for every dataset, until the block ends."""
    nginx = program()
    assert nginx is not None
    folder, port = stage.fresh("nginx"), _free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            folder=folder,
            port=port,
            api=urlsplit(stage.address).netloc,
            name=archive.path.name,
            files=archive.path.parent,
            md5=archive.md5,
        )
    )
    # The log that is opened before the configuration is read is a file of ours too.
    process = subprocess.Popen(
        [nginx, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(configuration)]
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise SystemExit("nginx does not start")
