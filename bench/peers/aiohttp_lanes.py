"""The same with asynchronous input and output, as fast as Python goes without much ado.

    python3 aiohttp_lanes.py BASE_URL TOKEN ROWS CONCURRENCY
"""

import asyncio
import sys

import aiohttp

base_url, token, rows, concurrency = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


async def main() -> None:
    numbers = iter(range(rows))
    connector = aiohttp.TCPConnector(limit=concurrency)
    headers = {"Authorization": f"Bearer {token}"}

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def lane() -> None:
            for row in numbers:
                data = [{"aliasFor": f"user{row}@company.example", "alias": f"aio{row}@old.example"}]
                async with session.post(f"{base_url}/api/user/update-alias", json={"data": data}) as answer:
                    answer.raise_for_status()
                    assert (await answer.json())["fail"] == []

        await asyncio.gather(*(lane() for _ in range(concurrency)))


asyncio.run(main())
