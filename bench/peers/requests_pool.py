"""What an administrator's script does: a pool of threads, each with a kept connection.

    python3 requests_pool.py BASE_URL TOKEN ROWS CONCURRENCY
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import requests

base_url, token, rows, concurrency = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
own = threading.local()


def send(row: int) -> None:
    if not hasattr(own, "session"):
        own.session = requests.Session()
        own.session.headers["Authorization"] = f"Bearer {token}"
    data = [{"aliasFor": f"user{row}@company.example", "alias": f"pool{row}@old.example"}]
    answer = own.session.post(f"{base_url}/api/user/update-alias", json={"data": data})
    answer.raise_for_status()
    assert answer.json()["fail"] == []


with ThreadPoolExecutor(concurrency) as pool:
    for _ in pool.map(send, range(rows)):
        pass
