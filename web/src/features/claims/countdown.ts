'use client'

import { useEffect, useState } from 'react'

/** Whole seconds left of those the server counted, by the time that passes here: the reader's clock may be wrong. */
export function useCountdown(seconds: number): number {
  const [tick, setTick] = useState({ seconds, passed: 0 })
  useEffect(() => {
    const began = performance.now()
    const timer = setInterval(() => {
      const passed = Math.ceil((performance.now() - began) / 1000)
      setTick({ seconds, passed })
      if (passed >= seconds) clearInterval(timer)
    }, 1000)
    return () => clearInterval(timer)
  }, [seconds])
  const passed = tick.seconds === seconds ? tick.passed : 0
  return Math.max(0, seconds - passed)
}
